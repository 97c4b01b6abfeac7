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

const YEARS_AGO = '2023-05-06T07:08:09+08:00'
const EARLIER = '2026-11-20T10:00:00+08:00'
const LATER = '2026-11-21T11:00:00+08:00'
const ms = (iso: string): number => Date.parse(iso)
const stored = async () => {
  const [found] = await t.db.tx((tx) => orderQueries.ofCustomer(tx, of.externalUserId))
  return {
    created: found?.createdAtMs,
    paid: found?.paidAtMs,
    closed: found?.closedAtMs,
    refunded: found?.refundedAtMs,
  }
}
const timesTold = async () =>
  (
    await t.rawRows<{ at: number }>(`SELECT at FROM timeline WHERE kind LIKE 'order.%' AND external_userid = ?`, [
      of.externalUserId,
    ])
  ).map(({ at }) => at)

it('a payment without its time is of now until it is told, once, and nothing happens twice', async () => {
  await t.post(order({ customer: of, paidAt: undefined }))
  await t.post(order({ orderId: 'other', customer: of, paidAt: LATER }))
  const told = order({ customer: of, paidAt: YEARS_AGO })
  expect((await t.post(told)).json).toMatchObject({ result: 'corrected', matched: true })
  expect((await t.post(told)).json).toMatchObject({ result: 'unchanged' })
  expect((await t.post(order({ customer: of, paidAt: undefined }))).json).toMatchObject({ result: 'unchanged' })
  expect(await t.rawRows('SELECT order_id, paid_at FROM shop_order ORDER BY id')).toEqual([
    { order_id: 'A1', paid_at: ms(YEARS_AGO) },
    { order_id: 'other', paid_at: ms(LATER) },
  ])
  expect(await timesTold()).toEqual([ms(YEARS_AGO), ms(LATER)])
  expect((await t.events()).map(({ orderId }) => orderId)).toEqual(['A1', 'other'])
})

it.each([
  ['paid', { paidAt: EARLIER }, { paidAt: LATER }, { paid: ms(LATER) }],
  ['paid', { at: EARLIER, paidAt: undefined }, { at: LATER, paidAt: undefined }, { paid: ms(LATER) }],
  ['closed', { at: EARLIER, paidAt: undefined }, { at: LATER, paidAt: undefined }, { closed: ms(LATER) }],
  ['refunded', { at: EARLIER }, { at: LATER }, { refunded: ms(LATER) }],
  ['refunded', { at: LATER, paidAt: undefined }, { at: LATER, paidAt: EARLIER }, { paid: ms(EARLIER) }],
  ['created', { createdAt: EARLIER }, { createdAt: LATER }, { created: ms(LATER) }],
])('another time of the same status corrects: %s %j %j', async (status, before, after, expected) => {
  await t.post(order({ status, customer: of, ...before }))
  const events = await t.events()
  expect((await t.post(order({ status, customer: of, ...after }))).json).toMatchObject({ result: 'corrected' })
  expect(await stored()).toMatchObject(expected)
  expect(await t.events()).toEqual(events)
})

it('a time cut to the minute or the day corrects nothing, nor does one that is not of this status', async () => {
  await t.post(order({ customer: of, paidAt: '2026-11-20T10:11:12+08:00' }))
  for (const paidAt of ['2026-11-20T10:11:00+08:00', '2026-11-20T00:00:00+08:00'])
    expect((await t.post(order({ customer: of, paidAt }))).json).toMatchObject({ result: 'unchanged' })
  await t.post(order({ status: 'created', customer: of, paidAt: LATER, createdAt: undefined }))
  expect(await stored()).toMatchObject({ paid: ms('2026-11-20T10:11:12+08:00') })
})
