import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { goodsOf, parseOrder } from './order-body.ts'
import { order } from './testing/orders-scene.ts'

const NOW = Date.parse('2026-11-22T09:00:00+08:00')
const parse = (more: object = {}) => parseOrder(order(more), NOW)
const fault = (more: object): string => {
  try {
    parse(more)
    return 'none'
  } catch (error) {
    return (error as Error).message
  }
}

describe('instants', () => {
  it.each([
    ['a day ahead', NOW + DAY_MS, NOW + DAY_MS],
    ['nothing', '', undefined],
    ['null', null, undefined],
  ])('take %s', (_what, paidAt, expected) => expect(parse({ paidAt }).paidAtMs).toBe(expected))
  it('take none that is further ahead, by its name', () => {
    expect(fault({ paidAt: NOW + DAY_MS + 1 })).toContain('/paidAt is in the future')
    expect(fault({ version: 1, parcels: [{ number: 'n', shippedAt: NOW + DAY_MS + 1 }] })).toContain(
      '/parcels/0/shippedAt',
    )
    expect(fault({ version: 1, payments: [{ paymentId: 'p', fen: 1, at: NOW + DAY_MS + 1 }] })).toContain(
      '/payments/0/at',
    )
    expect(fault({ version: 1, refunds: [{ refundId: 'r', fen: 1, at: NOW + DAY_MS + 1 }] })).toContain('/refunds/0/at')
  })
})

it.each([
  ['as long as they may be', { orderId: '9'.repeat(100), source: '店'.repeat(60), refundId: 'r'.repeat(100) }, 'none'],
  [
    'a shop that grows too long when it is made plain',
    { source: '\ufdfa'.repeat(4) },
    '/source must not have more than 60',
  ],
  ['a shop of blanks', { source: '\u200b ' }, '/source must not be blank'],
  ['a number of blanks', { orderId: '\u200b ' }, '/orderId must not be blank'],
  ['payments without a version', { payments: [] }, '/payments needs /version'],
  [
    'parcels without a version',
    { parcels: [], refunds: [] },
    '/refunds needs /version: only the whole order has them; /parcels',
  ],
  ['lists that are null', { refunds: null, payments: null, parcels: null }, 'none'],
  ['lists with a version', { version: 0, refunds: [], payments: [], parcels: [] }, 'none'],
])('of %s', (_what, more, expected) => expect(fault(more)).toContain(expected))

it('a refund without a number has none', () => {
  expect([parse({ refundId: ' ' }).refundId, parse({ refundId: 'r1' }).refundId]).toEqual([undefined, 'r1'])
})

describe('goods', () => {
  const line = { sku: 'S1', name: '牛排', quantity: 2, priceFen: 100 }
  it.each<[string, Partial<typeof line> & { category?: string; lineId?: string }, object | undefined]>([
    ['are what they are', {}, { sku: 'S1', name: '牛排', quantity: 2, priceFen: 100 }],
    ['of no pieces are none', { quantity: 0 }, undefined],
    ['of fewer are none', { quantity: -1 }, undefined],
    ['for nothing are a present', { priceFen: 0 }, { priceFen: 0 }],
    ['for less are none', { priceFen: -1 }, undefined],
    ['without a name are none', { name: ' ' }, undefined],
    [
      'of half a kilo are one piece at the price of the line',
      { quantity: 1.5, priceFen: 33 },
      { name: '牛排 ×1.5', quantity: 1, priceFen: 50 },
    ],
    ['without a sku have their name', { sku: '' }, { sku: '牛排' }],
    ['keep their category and line', { category: '肉', lineId: 'a' }, { category: '肉', lineId: 'a' }],
    [
      'keep no phone',
      { name: '充值 13800001111', sku: '13800001111' },
      { name: '充值 138****1111', sku: '138****1111' },
    ],
  ])('%s', (_what, more, expected) => {
    const goods = goodsOf({ ...line, ...more })
    if (expected === undefined) expect(goods).toBeUndefined()
    else expect(goods).toMatchObject(expected)
    if (more.category === undefined) expect(goods ?? {}).not.toHaveProperty('category')
    if (more.lineId === undefined) expect(goods ?? {}).not.toHaveProperty('lineId')
  })
  it('that are none are counted', () => {
    const { items, itemsLeftOut } = parse({ items: [line, { ...line, quantity: 0 }, { ...line, priceFen: -1 }] })
    expect([items.length, itemsLeftOut]).toEqual([1, 2])
  })
})

it('the whole order has each number once, however often the same is told of it', () => {
  const { whole } = parse({
    version: 3,
    refunds: [
      {
        refundId: 'a',
        fen: 3,
        at: NOW,
        lines: [
          { lineId: 'x', quantity: 1 },
          { lineId: 'x\u200b', quantity: 1 },
        ],
      },
      { refundId: 'b', fen: 2 },
      { refundId: 'a ', fen: 3, at: NOW, lines: [{ lineId: 'x', quantity: 1, fen: null }] },
    ],
    payments: [{ paymentId: 'p', fen: 1, way: '微信 13800001111' }],
    parcels: [
      { number: 'n', shippedAt: NOW - 1 },
      { number: 'n', company: null, shippedAt: NOW, signedAt: '' },
    ],
  })
  expect(whole).toEqual({
    version: 3,
    refunds: [
      { refundId: 'a', fen: 3, atMs: NOW, lines: [{ lineId: 'x', quantity: 1 }] },
      { refundId: 'b', fen: 2, atMs: undefined, lines: [] },
    ],
    payments: [{ paymentId: 'p', fen: 1, atMs: undefined, way: '微信 138****1111' }],
    parcels: [{ number: 'n', company: '', shippedAtMs: NOW, signedAtMs: undefined }],
  })
  expect(parse({ version: null }).whole).toBeUndefined()
  expect(parse({ version: 1, refunds: null }).whole?.refunds).toBeUndefined()
})

const lines = (...told: object[]): object[] => [{ refundId: 'r', fen: 9, lines: told }]
it.each<[what: string, told: object, fault: string]>([
  [
    'a refund with two sums',
    {
      refunds: [
        { refundId: 'r', fen: 20 },
        { refundId: 'r ', fen: 30 },
      ],
    },
    '/refunds/1/refundId',
  ],
  [
    'a line of a refund with two counts',
    { refunds: lines({ lineId: 'x', quantity: 1 }, { lineId: 'x', quantity: 2 }) },
    '/refunds/0/lines/1/lineId',
  ],
  [
    'a payment with two sums',
    {
      payments: [
        { paymentId: 'p', fen: 20 },
        { paymentId: 'q', fen: 1 },
        { paymentId: 'p', fen: 30 },
      ],
    },
    '/payments/2/paymentId',
  ],
])('%s is refused: neither is known to be right', (_what, told, place) => {
  expect(fault({ version: 1, ...told })).toContain(`${place} was told already, with something else`)
})

it.each([
  ['/refunds/0/refundId', { refunds: [{ refundId: '\u200b', fen: 1 }] }],
  ['/refunds/0/lines/0/lineId', { refunds: lines({ lineId: ' ' }) }],
  ['/payments/0/paymentId', { payments: [{ paymentId: ' ', fen: 1 }] }],
  ['/parcels/0/number', { parcels: [{ number: '\t' }] }],
])('%s is a number that one can read', (place, told) => {
  expect(fault({ version: 1, ...told })).toContain(`${place} must not be blank`)
})

it('a number that grows beyond its column is refused, not cut into another one', () => {
  expect(fault({ version: 1, payments: [{ paymentId: '㍿'.repeat(100), fen: 1 }] })).toContain(
    '/payments/0/paymentId must not have more than 100 characters',
  )
})
