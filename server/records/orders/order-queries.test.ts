import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { orderQueries } from './order-queries.ts'
import { SHOP_ORDER } from './order-tables.ts'

let kit: TestKit
const DAY = Date.parse('2026-11-20T00:00:00+08:00')
beforeEach(async () => {
  kit = await createTestKit()
  const order = (order_id: string, external_userid: string | null, more: object) => ({
    order_id,
    source: '有赞',
    external_userid,
    status: 'paid' as const,
    total_fen: 10_000,
    refunded_fen: 0,
    created_at: DAY,
    paid_at: DAY as number | null,
    ...more,
  })
  await kit.db.tx((tx) =>
    tx.insertIgnore(SHOP_ORDER, [
      order('1', 'wmA', {}),
      order('2', 'wmA', { paid_at: DAY - 1, refunded_fen: 2_500 }),
      order('3', 'wmA', { status: 'refunded', refunded_fen: 10_000, paid_at: DAY + 5 * DAY_MS }),
      order('4', 'wmA', { status: 'created', paid_at: null }),
      order('5', 'wmA', { status: 'closed', paid_at: DAY + DAY_MS }),
      order('6', 'wmB', { status: 'created', paid_at: null }),
      order('7', 'wmC', { paid_at: null }),
      order('8', 'wmD', { total_fen: 1 }),
      order('9', null, {}),
    ]),
  )
})
afterEach(() => kit.close())

it('purchases are paid orders with a date, net of what came back, a page after the other', async () => {
  const measure = { fromMs: undefined, since: 'paid', count: 'days' } as const
  const within = (after: string, upTo?: string) =>
    kit.db.tx((tx) => orderQueries.purchasesBy(tx, measure, { after, upTo }))
  const ofA = { externalUserId: 'wmA', lastAtMs: DAY, sumFen: 17_500, often: 2 }
  const ofD = { externalUserId: 'wmD', lastAtMs: DAY, sumFen: 1, often: 1 }
  expect(await within('')).toEqual([ofA, ofD])
  expect(await within('', 'wmA')).toEqual([ofA])
  expect(await within('wmA', 'wmD')).toEqual([ofD])
  expect(await within('wmD')).toEqual([])
})

it('a page ends with the last of so many customers who have orders, whatever became of these', async () => {
  const end = (after: string, limit: number, upTo?: string) =>
    kit.db.tx((tx) => orderQueries.endOfBuyers(tx, { after, upTo }, limit))
  expect(await end('', 1)).toBe('wmA')
  expect(await end('', 2)).toBe('wmB')
  expect(await end('wmB', 2)).toBe('wmD')
  expect(await end('', 4)).toBe('wmD')
  expect(await end('', 5)).toBeUndefined()
  expect(await end('', 5, 'wmZ')).toBe('wmZ')
  expect(await end('wmA', 2, 'wmB')).toBe('wmB')
})

it('within a span counts what was paid from its first moment to before its last', async () => {
  const within = (fromMs: number, toMs: number) =>
    kit.db.tx((tx) => orderQueries.paidWithin(tx, [{ externalUserId: 'wmA', fromMs, toMs }]))
  expect(await within(DAY - 1, DAY)).toEqual(new Map([['wmA', { count: 1, sumFen: 7_500 }]]))
  expect(await within(DAY - 1, DAY + 9 * DAY_MS)).toEqual(new Map([['wmA', { count: 2, sumFen: 17_500 }]]))
  expect(await within(DAY + 1, DAY + 9 * DAY_MS)).toEqual(new Map())
})

it('the summary counts paid ones and refunded ones apart', async () => {
  expect(await kit.db.tx((tx) => orderQueries.summary(tx, 'wmA'))).toEqual({
    paidCount: 2,
    paidSumFen: 17_500,
    lastPaidAtMs: DAY,
    refundedCount: 1,
  })
  expect(await kit.db.tx((tx) => orderQueries.summary(tx, 'wmZ'))).toMatchObject({ paidCount: 0, paidSumFen: 0 })
})
