import { afterEach, beforeEach, expect, it } from 'vitest'
import { orderQueries } from './order-queries.ts'
import { type OrdersScene, openOrdersScene, order } from './testing/orders-scene.ts'

let t: OrdersScene
let of: { externalUserId: string }
beforeEach(async () => {
  t = await openOrdersScene()
  of = { externalUserId: await t.customer() }
})
afterEach(() => t.close())

const back = (totalFen: number, more: object = {}) =>
  t.post(order({ status: 'refunded', customer: of, totalFen, ...more }))
const pay = (more: object = {}) => t.post(order({ customer: of, ...more }))
const kinds = async () => (await t.events()).map(({ kind }) => kind)

it('a part told before its payment leaves a whole refund to be told', async () => {
  await back(2_000)
  await pay()
  await pay({ orderId: 'other' })
  expect(await kinds()).toEqual(['order.refunded', 'order.paid', 'order.part-refunded', 'order.paid'])
  await back(25_600)
  await back(25_600)
  expect((await kinds()).slice(4)).toEqual(['order.refunded'])
  expect(await t.timelineOf(of.externalUserId, 'order.%')).toEqual(
    expect.arrayContaining(['订单退了一部分，共退 ¥20，还剩 ¥236', '订单退款「肉眼牛排」等 2 件 ¥256']),
  )
  expect(await t.summary(of.externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 25_600, refundedCount: 1 })
})

it('a part that came back of an order whose payment nobody told leaves it paid, of the day it was placed', async () => {
  const createdAt = '2026-11-20T10:00:00+08:00'
  await t.post(order({ status: 'created', customer: of, paidAt: undefined, createdAt }))
  await back(2_000, { paidAt: undefined })
  expect(await t.summary(of.externalUserId)).toMatchObject({
    paidCount: 1,
    paidSumFen: 23_600,
    lastPaidAtMs: Date.parse(createdAt),
  })
  expect(await kinds()).toEqual(['order.created', 'order.part-refunded'])
  await pay({ paidAt: '2026-11-20T10:05:00+08:00' })
  expect(await kinds()).toEqual(['order.created', 'order.part-refunded', 'order.paid'])
  expect((await t.summary(of.externalUserId)).lastPaidAtMs).toBe(Date.parse('2026-11-20T10:05:00+08:00'))
})

it('an order that is closed stays closed, though only a part of it came back', async () => {
  await pay()
  await back(2_000)
  await t.post(order({ status: 'closed', customer: of }))
  expect(await t.db.tx((tx) => orderQueries.ofCustomer(tx, of.externalUserId))).toMatchObject([
    { status: 'closed', refundedFen: 2_000 },
  ])
  expect(await kinds()).toEqual(['order.paid', 'order.part-refunded', 'order.closed'])
})

it('a shop may call its refund what it likes: «sum» is one of several', async () => {
  await pay()
  await back(2_000, { refundId: 'sum' })
  await back(3_000, { refundId: 'r2' })
  expect(await t.summary(of.externalUserId)).toMatchObject({ paidSumFen: 20_600 })
  await back(4_000)
  expect(await t.summary(of.externalUserId)).toMatchObject({ paidSumFen: 20_600 })
})

it('a refund with a number of its own is as it was told last; older news of it changes nothing', async () => {
  const [early, late] = ['2026-11-22T08:40:00+08:00', '2026-11-22T08:45:00+08:00']
  await pay()
  await back(25_600, { refundId: 'r1', at: early })
  expect((await back(2_000, { refundId: 'r1', at: late })).json).toMatchObject({ result: 'corrected' })
  expect((await back(25_600, { refundId: 'r1', at: early })).json).toMatchObject({ result: 'unchanged' })
  expect(await t.summary(of.externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 23_600, refundedCount: 0 })
  await back(23_600, { refundId: 'r2', at: late })
  expect(await kinds()).toEqual(['order.paid', 'order.refunded', 'order.part-refunded', 'order.refunded'])
  expect(await t.summary(of.externalUserId)).toMatchObject({ paidCount: 0, refundedCount: 1 })
})
