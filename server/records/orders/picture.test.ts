import { describe, expect, it } from 'vitest'
import type { OrderMessage } from './order-body.ts'
import type { StoredOrder } from './order-store.ts'
import { pictureOf } from './picture.ts'
import type { Whole } from './whole-body.ts'

const [CREATED, PAID, NOW] = [100, 200, 900]
const message = (more: Partial<OrderMessage>, whole: Partial<Whole>): OrderMessage & { whole: Whole } => ({
  orderId: 'A',
  status: 'paid',
  customer: {},
  totalFen: 1_000,
  paidAtMs: PAID,
  createdAtMs: CREATED,
  atMs: undefined,
  supposedAtMs: undefined,
  refundId: undefined,
  refundedFen: undefined,
  items: [],
  itemsLeftOut: 0,
  source: '店',
  ...more,
  whole: { version: 1, refunds: undefined, payments: undefined, parcels: undefined, ...whole },
})
const picture = (
  more: Partial<OrderMessage> = {},
  whole: Partial<Whole> = {},
  { known = 0, row = {} }: { known?: number; row?: Partial<StoredOrder> } = {},
) => {
  // Of the row nothing else is looked at.
  const stored = { created_at: 50, paid_at: null, ...row } as StoredOrder
  return pictureOf(message(more, whole), { row: stored, knownRefundedFen: known, nowMs: NOW })
}
const steps = (...given: Parameters<typeof picture>) =>
  picture(...given)
    .steps.map(({ step, atMs }) => `${step} ${atMs}`)
    .join(', ')
const refund = (refundId: string, fen: number, atMs?: number) => ({ refundId, fen, atMs, lines: [] })
const payment = (fen: number, atMs?: number) => ({ paymentId: `p${fen}${atMs}`, fen, atMs, way: '' })
const parcel = (shippedAtMs?: number, signedAtMs?: number) => ({ number: 'n', company: '', shippedAtMs, signedAtMs })

describe('when it was paid', () => {
  it.each<[string, Partial<OrderMessage>, Partial<Whole>, Partial<StoredOrder>, number | null]>([
    ['is told', {}, {}, {}, PAID],
    [
      'is when the payments were enough',
      { paidAtMs: undefined },
      { payments: [payment(600, 30), payment(400, 20)] },
      {},
      30,
    ],
    ['is told, whatever the payments say', {}, { payments: [payment(1_000, 30)] }, {}, PAID],
    ['is the instant of the payment', { paidAtMs: undefined, atMs: 7 }, {}, {}, 7],
    ['is what was known', { paidAtMs: undefined }, {}, { paid_at: 6 }, 6],
    ['is not when it came back', { paidAtMs: undefined, atMs: 7, status: 'refunded' }, {}, { paid_at: 6 }, 6],
    ['is, at worst, when it was placed', { paidAtMs: undefined }, {}, {}, CREATED],
    ['is never while it is not paid', { status: 'created' }, {}, {}, null],
    ['is never while there is a deposit only', {}, { payments: [payment(999, 30)] }, {}, null],
    ['is never when it was closed without', { status: 'closed', paidAtMs: undefined }, {}, { paid_at: 6 }, null],
    ['is told of a closed one', { status: 'closed' }, {}, {}, PAID],
    [
      'is the first payment that made it whole',
      { paidAtMs: undefined },
      { payments: [payment(1_000, 30), payment(1, 40)] },
      {},
      30,
    ],
    [
      'of a payment without its time is when it was placed',
      { paidAtMs: undefined },
      { payments: [payment(1_000)] },
      {},
      CREATED,
    ],
  ])('%s', (_what, more, whole, row, paidAt) => expect(picture(more, whole, { row }).columns.paid_at).toBe(paidAt))
})

describe('what came back', () => {
  const stands = (...given: Parameters<typeof picture>) => {
    const { status, refunded_fen, refunded_at } = picture(...given).columns
    return [status, refunded_fen, refunded_at]
  }
  it.each<[string, Parameters<typeof picture>, (string | number | null)[]]>([
    ['nothing', [], ['paid', 0, null]],
    ['a part', [{}, { refunds: [refund('a', 300, 5)] }], ['paid', 300, null]],
    ['all of it in parts', [{}, { refunds: [refund('a', 300, 9), refund('b', 700, 5)] }], ['refunded', 1_000, 9]],
    ['all of it by its sum', [{ refundedFen: 1_000 }, {}], ['refunded', 1_000, NOW]],
    [
      'the sum, where it is more than the parts',
      [{ refundedFen: 400 }, { refunds: [refund('a', 300, 5)] }],
      ['paid', 400, null],
    ],
    [
      'the parts, where they are more than the sum',
      [{ refundedFen: 200 }, { refunds: [refund('a', 300, 5)] }],
      ['paid', 300, null],
    ],
    ['what was known, where nothing is said of it', [{}, {}, { known: 250 }], ['paid', 250, null]],
    ['nothing, where that is said', [{}, { refunds: [] }, { known: 250 }], ['paid', 0, null]],
    ['nothing, where its sum is none', [{ refundedFen: 0 }, {}, { known: 250 }], ['paid', 0, null]],
    ['more than it was worth', [{}, { refunds: [refund('a', 1_200, 5)] }], ['refunded', 1_000, 5]],
    ['all, without a word of how much', [{ status: 'refunded', atMs: 8 }, {}], ['refunded', 1_000, 8]],
    ['nothing of an order of nothing', [{ totalFen: 0 }, { refunds: [] }], ['paid', 0, null]],
    [
      'nothing that was never paid',
      [{ status: 'created' }, { refunds: [refund('a', 1_000, 5)] }],
      ['created', 1_000, null],
    ],
    [
      'a part, and then it was closed',
      [{ status: 'closed' }, { refunds: [refund('a', 300, 5)] }],
      ['closed', 300, null],
    ],
    [
      'all, and then it was closed',
      [{ status: 'closed' }, { refunds: [refund('a', 1_000, 5)] }],
      ['refunded', 1_000, 5],
    ],
  ])('%s', (_what, given, expected) => expect(stands(...given)).toEqual(expected))

  it('of a refund without its time is when it was told; the sum is of the last of them', () => {
    const { refunds } = picture({ refundedFen: 400, atMs: 8 }, { refunds: [refund('a', 100, 5), refund('b', 200)] })
    expect(refunds).toEqual([
      { refundId: 'a', fen: 100, atMs: 5 },
      { refundId: 'b', fen: 200, atMs: 8 },
      { refundId: '', fen: 400, atMs: 8 },
    ])
    expect(picture({ refundedFen: 400 }, { refunds: [refund('a', 100, 5)] }).refunds?.at(-1)?.atMs).toBe(5)
    expect(picture().refunds).toBeUndefined()
    for (const refundedFen of [undefined, 0]) {
      expect(picture({ refundedFen }, { refunds: [refund('a', 100, 5)] }).refunds).toHaveLength(1)
    }
  })
})

describe('what happened', () => {
  it.each<[string, Parameters<typeof picture>, string]>([
    ['it was paid', [], 'created 100, paid 200'],
    ['as it is known, it was placed', [{ createdAtMs: undefined, status: 'created' }], 'created 50'],
    ['it was closed', [{ status: 'closed', atMs: 8 }], 'created 100, paid 200, closed 8'],
    ['all came back', [{ status: 'refunded', atMs: 8 }], 'created 100, paid 200, refunded 8'],
    ['it went out', [{}, { parcels: [parcel(7), parcel(6)] }], 'created 100, paid 200, shipped 6'],
    ['one of two was signed for', [{}, { parcels: [parcel(7), parcel(6, 8)] }], 'created 100, paid 200, shipped 6'],
    [
      'all were signed for',
      [{}, { parcels: [parcel(7, 9), parcel(6, 8)] }],
      'created 100, paid 200, shipped 6, signed 9',
    ],
    [
      'it was signed for, nobody said when it went',
      [{}, { parcels: [parcel(undefined, 8)] }],
      'created 100, paid 200, shipped 8, signed 8',
    ],
    ['nothing has gone yet', [{}, { parcels: [] }], 'created 100, paid 200'],
  ])('%s', (_what, given, expected) => expect(steps(...given)).toBe(expected))

  it('says nothing of goods where no parcels are told, and that there are none where they are', () => {
    expect(picture().columns).not.toHaveProperty('shipped_at')
    expect(picture({}, { parcels: [] }).columns).toMatchObject({ shipped_at: null, signed_at: null, closed_at: null })
    expect(picture({ status: 'closed' }, { parcels: [parcel(7, 9)] }).columns).toMatchObject({
      shipped_at: 7,
      signed_at: 9,
      closed_at: NOW,
    })
  })
})
