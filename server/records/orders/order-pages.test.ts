import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { type OrderPage, orderQueries } from './order-queries.ts'
import { itemsOf } from './order-store.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_PARCEL } from './order-tables.ts'
import { unmatchedOrders } from './unmatched-orders.ts'
import { parcelsOf } from './whole-store.ts'

const DAY = Date.parse('2026-11-20T00:00:00+08:00')
type OrderRow = NewRowOf<typeof SHOP_ORDER>

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const ask = <Found>(work: (tx: Tx) => Promise<Found>): Promise<Found> => kit.db.tx(work)
const put = (order_id: string, more: Partial<OrderRow> = {}): Promise<number> =>
  ask((tx) =>
    tx.insert(SHOP_ORDER, {
      order_id,
      source: '有赞',
      external_userid: 'wmA',
      status: 'paid',
      total_fen: 10_000,
      refunded_fen: 0,
      created_at: DAY,
      paid_at: DAY,
      ...more,
    }),
  )

describe('a page of a customer’s orders', () => {
  const page = async (how: OrderPage = {}, of = 'wmA') =>
    (await ask((tx) => orderQueries.ofCustomer(tx, of, how))).map((one) => one.orderId)

  it('begins with the newest, paid or placed, and goes on behind the last of the page before', async () => {
    const ids: Record<string, number> = {}
    for (const [id, more] of Object.entries({
      placed: { paid_at: null, status: 'created', created_at: DAY + 2 },
      old: { paid_at: DAY },
      twin1: { paid_at: DAY + 3 },
      twin2: { paid_at: DAY + 3 },
      new: { paid_at: DAY + 4, created_at: DAY + 1 },
      other: { external_userid: 'wmB', paid_at: DAY + 9 },
    } as const)) {
      ids[id] = await put(id, more)
    }
    expect(await page()).toEqual(['new', 'twin2', 'twin1', 'placed', 'old'])
    expect(await page({ limit: 2 })).toEqual(['new', 'twin2'])
    expect(await page({ limit: 0 })).toEqual(['new'])
    expect(await page({ before: { atMs: DAY + 3, id: ids.twin2 ?? 0 } })).toEqual(['twin1', 'placed', 'old'])
    expect(await page({ before: { atMs: DAY + 3, id: ids.twin1 ?? 0 } })).toEqual(['placed', 'old'])
    expect(await page({ untilMs: DAY + 3 })).toEqual(['twin2', 'twin1', 'placed', 'old'])
    expect(await page({ untilMs: DAY + 2, before: { atMs: DAY + 2, id: ids.placed ?? 0 } })).toEqual(['old'])
    expect(await page({}, 'wmZ')).toEqual([])
    expect(await ask((tx) => orderQueries.countOf(tx, 'wmA'))).toBe(5)
    expect(await ask((tx) => orderQueries.countOf(tx, 'wmA', { untilMs: DAY + 2 }))).toBe(2)
    expect((await ask((tx) => orderQueries.summary(tx, 'wmA', { untilMs: DAY + 3 }))).paidCount).toBe(3)
  })

  it('has of its orders the items and parcels, each in its own order', async () => {
    const [one, other] = [await put('1'), await put('2', { paid_at: DAY - 1 })]
    const item = (shop_order_id: number, line_no: number, name: string) => ({
      shop_order_id,
      line_no,
      sku: name,
      name,
      quantity: 1,
      price_fen: 1,
      category: null,
    })
    const parcel = (shop_order_id: number, number: string, shipped_at: number) => ({
      shop_order_id,
      number,
      company: '',
      shipped_at,
      signed_at: null,
    })
    await ask(async (tx) => {
      await tx.insertIgnore(SHOP_ORDER_ITEM, [
        item(one, 1, 'b'),
        item(one, 0, 'a'),
        item(other, 0, 'c'),
        item(99, 0, 'd'),
      ])
      await tx.insertIgnore(SHOP_ORDER_PARCEL, [
        parcel(one, 'p3', 2),
        parcel(one, 'p2', 1),
        parcel(one, 'p1', 1),
        parcel(other, 'q', 1),
        parcel(99, 'r', 1),
      ])
    })
    const found = await ask((tx) => orderQueries.ofCustomer(tx, 'wmA'))
    expect(
      found.map(({ items, parcels }) => [items.map(({ name }) => name), parcels.map(({ number }) => number)]),
    ).toEqual([
      [
        ['a', 'b'],
        ['p1', 'p2', 'p3'],
      ],
      [['c'], ['q']],
    ])
    expect(await ask((tx) => itemsOf(tx, one))).toEqual([
      { name: 'a', quantity: 1 },
      { name: 'b', quantity: 1 },
    ])
    expect((await ask((tx) => parcelsOf(tx, one))).map(({ number }) => number)).toEqual(['p1', 'p2', 'p3'])
  })
})

describe('what was bought, of all', () => {
  it('categories of all goods, each once', async () => {
    const id = await put('1')
    const item = (line_no: number, category: string | null) => ({
      shop_order_id: id,
      line_no,
      sku: 's',
      name: 'n',
      quantity: 1,
      price_fen: 1,
      category,
    })
    await ask((tx) =>
      tx.insertIgnore(SHOP_ORDER_ITEM, [item(0, '牛排'), item(1, null), item(2, '酱'), item(3, '牛排')]),
    )
    expect(await ask((tx) => orderQueries.categories(tx))).toEqual(new Set(['牛排', '酱']))
  })

  it('the first payment that stands and is somebody’s; the sums of some', async () => {
    expect(await ask((tx) => orderQueries.firstPaidAtMs(tx))).toBeUndefined()
    await put('1', { paid_at: DAY + 5, refunded_fen: 1_000 })
    await put('2', { paid_at: DAY + 6 })
    await put('3', { paid_at: DAY, status: 'refunded' })
    await put('4', { paid_at: DAY, external_userid: null })
    await put('5', { external_userid: 'wmB', paid_at: DAY + 7 })
    expect(await ask((tx) => orderQueries.firstPaidAtMs(tx))).toBe(DAY + 5)
    const sums = (...ids: string[]) => ask((tx) => orderQueries.paidSums(tx, ids))
    expect([await sums('wmA', 'wmZ'), await sums()]).toEqual([new Map([['wmA', 19_000]]), new Map()])
    expect(await ask((tx) => orderQueries.paidWithin(tx, []))).toEqual(new Map())
  })

  it('on which days of Shanghai, page after page, before a day and from it on', async () => {
    const at = (day: number, hour = 12) => DAY + day * DAY_MS + hour * 3_600_000
    await put('1', { paid_at: at(0) })
    await put('2', { paid_at: at(0, 23) })
    await put('3', { paid_at: at(2), refunded_fen: 10_000 })
    await put('4', { paid_at: at(3, 0), refunded_fen: 4_000 })
    await put('5', { paid_at: at(5), status: 'refunded' })
    await put('6', { paid_at: null })
    await put('7', { external_userid: 'wmB', paid_at: at(3) })
    await put('8', { external_userid: 'wmC', paid_at: at(1) })
    await put('9', { external_userid: null, paid_at: at(1) })
    await put('10', { external_userid: 'wmAB', status: 'created' })
    const page = (after: string, limit: number) =>
      ask((tx) => orderQueries.histories(tx, { after, limit, cutMs: at(3, 0) }))
    const ofA = {
      externalUserId: 'wmA',
      firstDayMs: at(0, 0),
      lastDayMs: at(3, 0),
      days: 3,
      repeatsPaid: 1,
      repeatFen: 6_000,
      daysBefore: 2,
      lastDayBeforeMs: at(2, 0),
      later: 1,
    }
    const once = { repeatsPaid: 0, repeatFen: 0, days: 1 }
    const ofB = {
      ...once,
      externalUserId: 'wmB',
      firstDayMs: at(3, 0),
      lastDayMs: at(3, 0),
      daysBefore: 0,
      lastDayBeforeMs: undefined,
      later: 1,
    }
    const ofC = {
      ...once,
      externalUserId: 'wmC',
      firstDayMs: at(1, 0),
      lastDayMs: at(1, 0),
      daysBefore: 1,
      lastDayBeforeMs: at(1, 0),
      later: 0,
    }
    expect(await page('', 9)).toEqual({ histories: [ofA, ofB, ofC], last: undefined })
    // Who has bought nothing that counts takes a place on the page: whoever looks for few looks at no more than a page.
    expect(await page('', 2)).toEqual({ histories: [ofA], last: 'wmAB' })
    expect(await page('wmA', 1)).toEqual({ histories: [], last: 'wmAB' })
    expect(await page('wmAB', 1)).toEqual({ histories: [ofB], last: 'wmB' })
    expect(await page('wmB', 1)).toEqual({ histories: [ofC], last: 'wmC' })
    expect(await page('wmC', 1)).toEqual({ histories: [], last: undefined })
  })
})

it('nobody’s orders, the newest first, and those among them that name nobody', async () => {
  const nobody = { external_userid: null }
  await put('1', nobody)
  await put('2', { ...nobody, phone_hash: 'h' })
  await put('3', { ...nobody, given_unionid: 'u' })
  await put('4', { ...nobody, given_external_userid: 'wmX' })
  await put('5')
  expect((await ask((tx) => unmatchedOrders.list(tx, { limit: 3 }))).map(({ orderId }) => orderId)).toEqual([
    '4',
    '3',
    '2',
  ])
  expect(await ask((tx) => unmatchedOrders.counts(tx))).toEqual({ all: 4, hopeless: 1 })
})
