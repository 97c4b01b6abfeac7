import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { all, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { parseOrder } from './order-body.ts'
import {
  addStatus,
  announceOnce,
  changeOrder,
  correctStatusTime,
  hasOtherPaid,
  holdOrder,
  orderById,
  putItems,
  statusesOf,
  untellStatus,
} from './order-store.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_REFUND } from './order-tables.ts'
import { addRefund, refundsOf, sumOfRefunds, takeUntoldRefunds, untellRefunds } from './refund-store.ts'
import { order } from './testing/orders-scene.ts'
import { parcelsOf, putParcels, putPayments, putRefundLines, putRefunds } from './whole-store.ts'

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

describe('an order’s row', () => {
  const NOW = DAY + 10 * DAY_MS
  const keys = {
    given_external_userid: null,
    given_unionid: null,
    phone_hash: null,
    phone_tail: null,
    shop_user_id: null,
  }
  const hold = (more: object) =>
    ask(async (tx) => {
      const told = parseOrder(order({ orderId: '1', paidAt: undefined, ...more }), NOW)
      // A file that names no shop.
      const named = (more as { source?: string | null }).source === null ? { ...told, source: undefined } : told
      const { row, isFirst } = await holdOrder(tx, named, keys, NOW)
      return { isFirst, source: row.source, total: row.total_fen, created: row.created_at }
    })
  const sources = async () =>
    (
      await ask((tx) => tx.rows(sql`SELECT ${pick(SHOP_ORDER, 'source')} FROM ${SHOP_ORDER} ORDER BY ${SHOP_ORDER.id}`))
    ).map((row) => row.source)
  /** Stands for «no shop» until `hold` takes it out again. */
  const file = (totalFen: number, more: object = {}) =>
    ask(async (tx) => {
      const told = {
        ...parseOrder(order({ orderId: '1', totalFen, paidAt: undefined, ...more }), NOW),
        source: undefined,
      }
      return (await holdOrder(tx, told, keys, NOW)).row.source
    })

  it('was placed when that is told, else when the first was heard that happened, at the latest now', async () => {
    expect((await hold({ createdAt: DAY + 1, paidAt: DAY })).created).toBe(DAY + 1)
    expect((await hold({ orderId: '2', paidAt: DAY + 2, at: DAY + 3 })).created).toBe(DAY + 2)
    expect((await hold({ orderId: '3' })).created).toBe(NOW)
    expect((await hold({ orderId: '4', paidAt: NOW + 5 })).created).toBe(NOW)
  })

  it('is one of each shop, made once', async () => {
    expect(await hold({ source: '有赞' })).toMatchObject({ isFirst: true, source: '有赞' })
    expect(await hold({ source: '有赞' })).toMatchObject({ isFirst: false })
    expect(await hold({ source: '抖店' })).toMatchObject({ isFirst: true, source: '抖店' })
    expect(await hold({ source: '有赞' })).toMatchObject({ isFirst: false, source: '有赞' })
    await expect(file(25_600)).rejects.toMatchObject({ code: 'orders.two-shops' })
    expect(await hold({ orderId: '2', source: '有赞' })).toMatchObject({ isFirst: true })
  })

  it('of a file that names no shop is that of the only one, or nobody’s yet', async () => {
    expect(await file(25_600)).toBe('文件导入')
    expect(await file(25_600)).toBe('文件导入')
    await put('2', { source: '抖店' })
    expect(await file(25_600, { orderId: '2' })).toBe('抖店')
  })

  it.each<[string, object, string[]]>([
    ['of the same worth is its order', { source: '有赞', totalFen: 25_600 }, ['有赞']],
    ['of another worth is another order', { source: '有赞', totalFen: 25_599 }, ['文件导入', '有赞']],
    ['of which a part came back is its order', { source: '有赞', status: 'refunded', totalFen: 100 }, ['有赞']],
    ['of which all came back is its order', { source: '有赞', status: 'refunded', totalFen: 25_600 }, ['有赞']],
    [
      'of which more came back is another',
      { source: '有赞', status: 'refunded', totalFen: 25_601 },
      ['文件导入', '有赞'],
    ],
  ])('that no shop was named for: news of a shop %s', async (_what, told, expected) => {
    await file(25_600)
    await file(25_600, { orderId: '9' })
    await hold(told)
    expect((await sources())[1]).toBe('文件导入')
    expect((await sources()).filter((_source, at) => at !== 1)).toEqual(expected)
    // Once it has a shop, another shop's is another order.
    await hold({ source: '抖店', totalFen: 25_600 })
    expect((await sources()).at(-1)).toBe(expected.includes('文件导入') ? expected.at(-1) : '抖店')
  })

  it('changes alone, and is found by its id', async () => {
    const [one, other] = [await put('1'), await put('2')]
    await ask((tx) => changeOrder(tx, one, { total_fen: 7 }))
    await ask((tx) => changeOrder(tx, one, {}))
    const totals = await Promise.all([one, other].map(async (id) => (await ask((tx) => orderById(tx, id)))?.total_fen))
    expect(totals).toEqual([7, 10_000])
  })

  it('another paid order is another of the same customer that stands', async () => {
    const [one, other] = [await put('1'), await put('2', { external_userid: 'wmB' })]
    await put('3', { status: 'refunded' })
    await put('4', { status: 'created' })
    const hasOther = (of: string, id: number) => ask((tx) => hasOtherPaid(tx, of, id))
    expect([await hasOther('wmA', one), await hasOther('wmB', other), await hasOther('wmB', one)]).toEqual([
      false,
      false,
      true,
    ])
  })
})

describe('the steps of an order', () => {
  it('are each once, in the order of their instants, and told once', async () => {
    expect(await ask((tx) => addStatus(tx, 1, 'paid', DAY + 1))).toBe(true)
    expect(await ask((tx) => addStatus(tx, 1, 'paid', DAY + 9))).toBe(false)
    for (const [id, status, at] of [
      [1, 'created', DAY],
      [1, 'closed', DAY + 1],
      [2, 'paid', DAY],
    ] as const)
      await ask((tx) => addStatus(tx, id, status, at))
    const steps = async () => (await ask((tx) => statusesOf(tx, 1))).map(({ status, at }) => `${status} ${at - DAY}`)
    expect(await steps()).toEqual(['created 0', 'paid 1', 'closed 1'])
    const tell = (id: number, status: 'paid' | 'created') => ask((tx) => announceOnce(tx, id, status))
    expect([await tell(1, 'paid'), await tell(1, 'paid'), await tell(1, 'created'), await tell(2, 'paid')]).toEqual([
      true,
      false,
      true,
      true,
    ])
    await ask((tx) => untellStatus(tx, 1, 'paid'))
    expect([await tell(2, 'paid'), await tell(1, 'created'), await tell(1, 'paid')]).toEqual([false, false, true])
    const correct = (status: 'paid' | 'refunded', at: number) => ask((tx) => correctStatusTime(tx, 1, status, at))
    expect([await correct('paid', DAY + 1), await correct('refunded', DAY), await correct('paid', DAY + 7)]).toEqual([
      false,
      false,
      true,
    ])
    expect(await steps()).toEqual(['created 0', 'closed 1', 'paid 7'])
    expect(await ask((tx) => correctStatusTime(tx, 1, 'closed', DAY + 1))).toBe(false)
    expect((await ask((tx) => statusesOf(tx, 2))).map(({ at }) => at)).toEqual([DAY])
  })
})

describe('the goods of an order', () => {
  const item = (name: string, more: object = {}) => ({ sku: name, name, quantity: 1, priceFen: 100, ...more })
  const stored = async (id = 1) =>
    (
      await ask((tx) =>
        tx.rows(
          sql`SELECT ${all(SHOP_ORDER_ITEM)} FROM ${SHOP_ORDER_ITEM} WHERE ${SHOP_ORDER_ITEM.shop_order_id} = ${id} ORDER BY ${SHOP_ORDER_ITEM.line_no}`,
        ),
      )
    ).map(({ sku, name, quantity, price_fen, category, line_id }) =>
      [sku, name, quantity, price_fen, category, line_id].join(' '),
    )
  const put_ = (...items: ReturnType<typeof item>[]) => ask((tx) => putItems(tx, 1, items))

  it('are as they were told last; what is left out stays', async () => {
    await ask((tx) => putItems(tx, 2, [item('别的')]))
    expect(await put_(item('牛排', { sku: 'S1', category: '肉', lineId: 'a' }), item('牛排', { sku: 'S2' }))).toBe(true)
    expect(await put_(item('牛排', { sku: 'S1', category: '肉', lineId: 'a' }), item('牛排', { sku: 'S2' }))).toBe(
      false,
    )
    expect(await put_()).toBe(false)
    // Without sku, price, category and line: nothing is said otherwise.
    expect(await put_(item('牛排', { priceFen: 0 }), item('牛排', { priceFen: 0 }))).toBe(false)
    expect(await stored()).toEqual(['S1 牛排 1 100 肉 a', 'S2 牛排 1 100  '])
    expect(await put_(item('牛排', { priceFen: 200 }))).toBe(true)
    expect(await stored()).toEqual(['S1 牛排 1 200 肉 a'])
    expect(await put_(item('酱', { priceFen: 0 }), item('牛排', { quantity: 2, priceFen: 0 }))).toBe(true)
    expect(await stored()).toEqual(['酱 酱 1 0  ', 'S1 牛排 2 200 肉 a'])
    expect(await put_(item('牛排', { quantity: 2, priceFen: 0 }), item('酱', { priceFen: 0 }))).toBe(true)
    expect(await stored(2)).toEqual(['别的 别的 1 100  '])
    expect(await put_(item('牛排', { sku: 'S9', quantity: 2, priceFen: 0 }), item('酱', { priceFen: 0 }))).toBe(true)
    expect((await stored())[0]).toBe('S9 牛排 2 200 肉 a')
  })

  it('make the order one that has some', async () => {
    const id = await put('1')
    const has = async () => (await ask((tx) => orderById(tx, id)))?.has_items
    expect([await has(), await ask((tx) => putItems(tx, id, [item('牛排')])), await has()]).toEqual([0, true, 1])
  })
})

describe('refunds', () => {
  const add = (refundId: string | undefined, fen: number, atMs: number, isTimeTold = true, id = 1) =>
    ask((tx) => addRefund(tx, id, { refundId, fen, atMs, isTimeTold }))
  const stored = async () =>
    (await ask((tx) => refundsOf(tx, 1))).map(({ refund_id, fen, at }) => `${refund_id} ${fen} ${at - DAY}`)

  it('with a number are as they were told last; a sum never falls', async () => {
    await add('a', 1, DAY, true, 2)
    expect(await add('a', 100, DAY + 60_000)).toBe('news')
    expect(await add('a', 100, DAY + 60_000)).toBe('unchanged')
    expect(await add('a', 150, DAY)).toBe('unchanged')
    expect(await add('a', 150, DAY + 60_000)).toBe('news')
    expect(await add('a', 50, DAY + 120_000)).toBe('corrected')
    expect(await add('a', 50, DAY + 240_000, false)).toBe('unchanged')
    expect(await add('a', 50, DAY + 240_000)).toBe('corrected')
    expect(await add(undefined, 200, DAY)).toBe('news')
    expect(await add(undefined, 199, DAY + 60_000)).toBe('unchanged')
    expect(await add(undefined, 200, DAY)).toBe('unchanged')
    expect(await add(undefined, 201, DAY - 60_000)).toBe('news')
    expect(await stored()).toEqual(['a 50 240000', ' 201 -60000'])
    expect((await ask((tx) => refundsOf(tx, 2))).map(({ fen, at }) => [fen, at])).toEqual([[1, DAY]])
  })

  it('together are the sum that the shop told, or their parts, whichever is more', () => {
    const row = (refund_id: string, fen: number, at: number) => ({ refund_id, fen, at })
    expect(sumOfRefunds([])).toEqual({ fen: 0, atMs: undefined })
    expect(sumOfRefunds([row('a', 100, 9), row('b', 50, 5)])).toEqual({ fen: 150, atMs: 9 })
    expect(sumOfRefunds([row('a', 100, 3), row('', 150, 5)])).toEqual({ fen: 150, atMs: 5 })
    expect(sumOfRefunds([row('a', 100, 9), row('b', 100, 3), row('', 150, 5)])).toEqual({ fen: 200, atMs: 9 })
  })

  it('are told once, the oldest first; of another sum anew', async () => {
    await add('b', 2, DAY + 1)
    await add('a', 1, DAY)
    await add('c', 3, DAY + 1)
    await add('z', 9, DAY, true, 2)
    await add('b', 2, DAY + 1, true, 2)
    const untold = async (id = 1) => (await ask((tx) => takeUntoldRefunds(tx, id))).map(({ refundId }) => refundId)
    expect([await untold(), await untold()]).toEqual([['a', 'b', 'c'], []])
    expect(await untold(2)).toEqual(['z', 'b'])
    await ask((tx) => untellRefunds(tx, 1))
    expect([await untold(2), await untold()]).toEqual([[], ['a', 'b', 'c']])
    const told = (fenOfB: number) => [
      { refundId: 'b', fen: fenOfB, atMs: DAY + 1 },
      { refundId: 'c', fen: 3, atMs: DAY + 1 },
    ]
    expect(await ask((tx) => putRefunds(tx, 1, told(2)))).toBe(true)
    expect(await untold()).toEqual([])
    expect(await ask((tx) => putRefunds(tx, 1, told(2)))).toBe(false)
    expect(await ask((tx) => putRefunds(tx, 1, told(5)))).toBe(true)
    expect([await untold(), await untold(2), await stored()]).toEqual([['b'], [], ['b 5 1', 'c 3 1']])
    expect(
      (await ask((tx) => tx.rows(sql`SELECT ${pick(SHOP_ORDER_REFUND, 'refund_id')} FROM ${SHOP_ORDER_REFUND}`)))
        .length,
    ).toBe(4)
  })
})

describe('lists of a whole order', () => {
  it('take the place of what was known of it, and say whether that was other', async () => {
    const parcel = (number: string, shippedAtMs?: number, signedAtMs?: number) => ({
      number,
      company: '顺丰',
      shippedAtMs,
      signedAtMs,
    })
    const parcels = (id: number, ...given: ReturnType<typeof parcel>[]) => ask((tx) => putParcels(tx, id, given))
    expect(await parcels(2, parcel('x'))).toBe(true)
    expect(await parcels(1)).toBe(false)
    expect(await parcels(1, parcel('a', 1), parcel('b', undefined, 2))).toBe(true)
    expect(await parcels(1, parcel('b', 2, 2), parcel('a', 1))).toBe(false)
    expect(await parcels(1, parcel('b', 2, 2))).toBe(true)
    const numbers = async (id: number) => (await ask((tx) => parcelsOf(tx, id))).map(({ number }) => number)
    expect([await numbers(1), await numbers(2)]).toEqual([['b'], ['x']])
    expect(await parcels(1)).toBe(true)
    expect([await numbers(1), await numbers(2)]).toEqual([[], ['x']])
    const pay = (atMs: number | undefined) =>
      ask((tx) => putPayments(tx, 1, [{ paymentId: 'p', fen: 1, atMs, way: '' }], 5))
    expect([await pay(undefined), await pay(5), await pay(6)]).toEqual([true, false, true])
  })

  it('take what came back off its lines', async () => {
    const line = (line_no: number, line_id: string | null, sku: string, quantity: number, price_fen: number) => ({
      shop_order_id: 1,
      line_no,
      line_id,
      sku,
      name: sku,
      quantity,
      price_fen,
    })
    await ask((tx) => tx.insert(SHOP_ORDER_ITEM, { ...line(0, 'a', 'S1', 3, 7), shop_order_id: 2 }))
    const theirs = {
      refunds: [{ refundId: 'r', fen: 1, atMs: undefined, lines: [{ lineId: 'a', quantity: 1, fen: 7 }] }],
      elseAtMs: 5,
    }
    expect(await ask((tx) => putRefundLines(tx, 2, theirs))).toBe(true)
    await ask((tx) =>
      tx.insertIgnore(SHOP_ORDER_ITEM, [
        line(0, 'a', 'S1', 3, 100),
        line(1, null, 'S2', 2, 50),
        line(2, null, 'S2', 2, 50),
      ]),
    )
    const back = async () =>
      (
        await ask((tx) =>
          tx.rows(sql`SELECT ${all(SHOP_ORDER_ITEM)} FROM ${SHOP_ORDER_ITEM} ORDER BY ${SHOP_ORDER_ITEM.id}`),
        )
      ).map(({ refunded_quantity, refunded_fen }) => `${refunded_quantity} ${refunded_fen}`)
    const tell = (...lines: { lineId: string; quantity?: number; fen?: number }[]) =>
      ask((tx) =>
        putRefundLines(tx, 1, {
          refunds: [
            {
              refundId: 'r',
              fen: 1,
              atMs: undefined,
              lines: lines.map(({ lineId, quantity, fen }) => ({ lineId, quantity, fen })),
            },
          ],
          elseAtMs: 5,
        }),
      )
    expect(await tell()).toBe(false)
    expect(await tell({ lineId: 'a', quantity: 2 }, { lineId: 'S2', fen: 100 })).toBe(true)
    expect(await back()).toEqual(['1 7', '2 200', '2 100', '0 0'])
    expect(await tell({ lineId: 'a', quantity: 2 }, { lineId: 'S2', fen: 100 })).toBe(false)
    expect(await tell({ lineId: 'a', quantity: 9, fen: 999 }, { lineId: 'S2', fen: 99 })).toBe(true)
    expect(await back()).toEqual(['1 7', '3 300', '0 99', '0 0'])
    await tell({ lineId: 'a', quantity: 1, fen: 100 })
    await tell({ lineId: 'a', quantity: 2, fen: 100 })
    expect((await back())[1]).toBe('2 100')
    expect(await tell({ lineId: 'nobody', quantity: 1 })).toBe(true)
    expect(await back()).toEqual(['1 7', '0 0', '0 0', '0 0'])
    expect(await tell()).toBe(true)
    expect(await tell()).toBe(false)
    expect(await ask((tx) => putRefundLines(tx, 2, theirs))).toBe(false)
  })
})
