import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { orderQueries } from './order-queries.ts'
import { type OrdersScene, openOrdersScene, order, STEAK } from './testing/orders-scene.ts'

let t: OrdersScene
let externalUserId: string
beforeEach(async () => {
  t = await openOrdersScene()
  externalUserId = await t.customer()
})
afterEach(() => t.close())

const SAUCE = { sku: 'J1', name: '黑椒酱', quantity: 1, priceFen: 3_200, category: '酱料' }
/** 588 yuan of steaks and 32 of sauce, whole. */
const whole = (version: number, more: object = {}) =>
  order({
    ...{ customer: { externalUserId }, totalFen: 62_000, version, createdAt: '2026-11-20T08:00:00+08:00' },
    ...{
      paidAt: '2026-11-20T08:30:00+08:00',
      items: [
        { ...STEAK, lineId: 'a', priceFen: 29_400 },
        { ...SAUCE, lineId: 'b' },
      ],
    },
    ...more,
  })
const post = async (version: number, more: object = {}) => (await t.post(whole(version, more))).json
const known = async (...paths: string[]) => {
  const found = await t.db.tx((tx) => t.huoshui.facts.of(tx, [externalUserId], t.clock.now(), paths))
  return paths.map((path) => found.get(externalUserId)?.get(path))
}
const kinds = async () => (await t.events()).map(({ kind }) => kind)

const REFUND = { refundId: 'r1', fen: 1_500, at: '2026-11-21T10:00:00+08:00' }
const PARCEL = { number: 'SF100', company: '顺丰', shippedAt: '2026-11-20T18:00:00+08:00' }
const SECOND = { number: 'YT200', company: '圆通', shippedAt: '2026-11-21T18:00:00+08:00' }

describe('fifteen yuan of compensation on 620', () => {
  it('lower what the order is worth and leave a paying customer one', async () => {
    await post(1)
    expect(await post(2, { refunds: [REFUND] })).toMatchObject({ result: 'stored', matched: true })
    expect(await known('orders.paid.count', 'orders.paid.sum', 'orders.refunded.percent')).toEqual([1, 60_500, 2])
    expect(await known('orders.paid.categories')).toEqual([['牛排', '酱料']])
    expect(await kinds()).toEqual(['order.paid', 'order.part-refunded'])
    expect(await t.timelineOf(externalUserId, 'order.%')).toContain('订单退了一部分，共退 ¥15，还剩 ¥605')
  })

  it('a line that came back takes its category along, and the rest of the order stays', async () => {
    await post(1)
    await post(2, { refunds: [{ ...REFUND, fen: 3_200, lines: [{ lineId: 'b', quantity: 1 }] }] })
    expect(
      await known('orders.paid.categories', 'orders.paid.count[category=酱料]', 'orders.paid.sum[category=牛排]'),
    ).toEqual([['牛排'], 0, 58_800])
    await post(3, { refunds: [{ ...REFUND, fen: 29_400, lines: [{ lineId: 'a', quantity: 1 }] }] })
    expect(await known('orders.paid.categories', 'orders.paid.sum[category=牛排]', 'orders.paid.pieces')).toEqual([
      ['牛排', '酱料'],
      29_400,
      2,
    ])
  })

  it('when all of it has come back by parts, it is a refund, told once', async () => {
    await post(1)
    const rest = { refundId: 'r2', fen: 60_500, at: '2026-11-22T08:00:00+08:00' }
    await post(2, { refunds: [REFUND] })
    await post(3, { refunds: [REFUND, rest] })
    await post(3, { refunds: [REFUND, rest] })
    expect(await known('orders.paid.count', 'orders.refunded.count', 'orders.refunded.percent')).toEqual([0, 1, 100])
    expect(await kinds()).toEqual(['order.paid', 'order.part-refunded', 'order.refunded'])
  })
})

describe('parcels', () => {
  it('tell once that the goods went out, and that the last of them was signed for', async () => {
    await post(1)
    await post(2, { parcels: [PARCEL] })
    expect(await known('parcel.onTheWay', 'parcel.signed', 'parcel.daysSinceShipped')).toEqual([1, false, 2])
    await post(3, { parcels: [{ ...PARCEL, signedAt: '2026-11-21T12:00:00+08:00' }, SECOND] })
    expect(await known('parcel.onTheWay', 'parcel.signed')).toEqual([1, false])
    const signed = [
      { ...PARCEL, signedAt: '2026-11-21T12:00:00+08:00' },
      { ...SECOND, signedAt: '2026-11-22T08:00:00+08:00' },
    ]
    await post(4, { parcels: signed })
    await post(5, { parcels: signed })
    expect(await known('parcel.onTheWay', 'parcel.signed', 'parcel.daysSinceSigned')).toEqual([0, true, 0])
    expect(await kinds()).toEqual(['order.paid', 'order.shipped', 'order.signed'])
    expect(await t.timelineOf(externalUserId, 'order.%')).toEqual([
      '下单「肉眼牛排」等 3 件 ¥620',
      '订单付款「肉眼牛排」等 3 件 ¥620',
      '订单已发货「肉眼牛排」等 3 件（顺丰 SF100）',
      '订单已签收「肉眼牛排」等 3 件',
    ])
  })

  it('that are shown with their order are shown with it', async () => {
    await post(1, { parcels: [PARCEL] })
    const [shown] = await t.db.tx((tx) => orderQueries.ofCustomer(tx, externalUserId))
    expect(shown?.parcels).toEqual([
      { number: 'SF100', company: '顺丰', shippedAtMs: Date.parse(PARCEL.shippedAt), signedAtMs: undefined },
    ])
  })

  it('that come with the first that is heard of an order are how it came there: only the payment and the last are news', async () => {
    await post(9, { parcels: [{ ...PARCEL, signedAt: '2026-11-21T12:00:00+08:00' }] })
    expect(await kinds()).toEqual(['order.paid', 'order.signed'])
    expect(await t.timelineOf(externalUserId, 'order.%')).toHaveLength(4)
  })
})

describe('the newest version', () => {
  it('wins, in whatever order they come; an older one changes nothing', async () => {
    await post(5, { refunds: [REFUND], parcels: [PARCEL] })
    const before = await t.rawRows('SELECT * FROM shop_order')
    expect(await post(2, { status: 'created', paidAt: null, totalFen: 9_900, items: [SAUCE] })).toMatchObject({
      result: 'unchanged',
    })
    expect(await post(5, { refunds: [REFUND], parcels: [PARCEL] })).toMatchObject({ result: 'unchanged' })
    expect(await t.rawRows('SELECT * FROM shop_order')).toEqual(before)
    expect(await kinds()).toEqual(['order.paid', 'order.shipped', 'order.part-refunded'])
  })

  it('has the last word over a piece of news, which may still say whose it is', async () => {
    await post(5, { customer: { phone: '13800001111' } })
    expect((await t.post(order({ totalFen: 100, customer: { externalUserId }, items: [] }))).json).toMatchObject({
      result: 'corrected',
      matched: true,
    })
    expect(await known('orders.paid.sum', 'orders.paid.count')).toEqual([62_000, 1])
  })

  it('takes over what was told by pieces of news', async () => {
    await t.post(order({ customer: { externalUserId }, totalFen: 62_000 }))
    await t.post(order({ customer: { externalUserId }, status: 'refunded', refundId: 'x', totalFen: 500 }))
    await post(1, { refunds: [] })
    expect(await known('orders.paid.sum', 'orders.refunded.sum')).toEqual([62_000, 0])
    expect(await kinds()).toEqual(['order.paid', 'order.part-refunded'])
  })
})

describe('a deposit', () => {
  const first = { paymentId: 'p1', fen: 10_000, at: '2026-11-20T08:30:00+08:00', way: '微信' }
  it('is not yet a payment; the order is paid when the rest is there, at that instant', async () => {
    await post(1, { paidAt: null, payments: [first] })
    expect(await known('orders.paid.count', 'orders.created.count')).toEqual([0, 1])
    const rest = { paymentId: 'p2', fen: 52_000, at: '2026-11-22T08:00:00+08:00' }
    await post(2, { paidAt: null, payments: [first, rest] })
    expect(await known('orders.paid.count', 'orders.paid.daysSinceLast')).toEqual([1, 0])
    expect(await kinds()).toEqual(['order.created', 'order.paid'])
  })
})

it('lists without a version are refused: a piece of news has none', async () => {
  const { status, json } = await t.post(order({ refunds: [REFUND] }))
  expect([status, JSON.stringify(json)]).toEqual([400, expect.stringContaining('/refunds needs /version')])
})
