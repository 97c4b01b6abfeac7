import { afterEach, beforeEach, expect, it } from 'vitest'
import { orderQueries } from './order-queries.ts'
import { type OrdersScene, openOrdersScene, order, STEAK } from './testing/orders-scene.ts'

let t: OrdersScene
beforeEach(async () => {
  t = await openOrdersScene()
})
afterEach(() => t.close())

it('two shops may use one number', async () => {
  const [one, other] = [await t.customer(), await t.customer()]
  const theirs = order({ source: '抖店', customer: { externalUserId: other }, totalFen: 99_900 })
  const ours = order({ source: '有赞', customer: { externalUserId: one } })
  await t.post(ours)
  expect((await t.post(theirs)).json).toMatchObject({ result: 'stored', matched: true })
  // Whichever of the two a search would come upon first.
  for (const again of [ours, theirs]) expect((await t.post(again)).json).toMatchObject({ result: 'unchanged' })
  expect(await t.summary(one)).toMatchObject({ paidCount: 1, paidSumFen: 25_600 })
  expect(await t.summary(other)).toMatchObject({ paidCount: 1, paidSumFen: 99_900 })
  expect((await t.events()).map(({ totalFen }) => totalFen)).toEqual([25_600, 99_900])
  for (const id of [one, other]) expect(await t.timelineOf(id, 'order.%')).toHaveLength(1)
})

it('takes the longest number of the longest shop', async () => {
  const externalUserId = await t.customer()
  const long = order({ orderId: '9'.repeat(100), source: '店'.repeat(60), customer: { externalUserId } })
  expect((await t.post(long)).json).toMatchObject({ result: 'stored', matched: true })
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1 })
  expect(await t.events()).toHaveLength(1)
})

it('a part that came back leaves the rest standing; all of it is a refund', async () => {
  const externalUserId = await t.customer()
  const of = { externalUserId }
  const back = (refundId: string | undefined, totalFen: number) =>
    t.post(order({ status: 'refunded', customer: of, refundId, totalFen, at: '2026-11-22T08:45:00+08:00' }))
  await t.post(order({ customer: of, totalFen: 12_800 }))
  expect((await back('r1', 2_000)).json).toMatchObject({ result: 'stored' })
  expect((await back('r1', 2_000)).json).toMatchObject({ result: 'unchanged' })
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 10_800, refundedCount: 0 })
  await back('r2', 3_000)
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 7_800 })
  await back('r3', 7_800)
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 0, paidSumFen: 0, refundedCount: 1 })
  expect(await t.timelineOf(externalUserId, 'order.%')).toEqual([
    '订单付款「肉眼牛排」等 2 件 ¥128',
    '订单退了一部分，共退 ¥20，还剩 ¥108',
    '订单退了一部分，共退 ¥50，还剩 ¥78',
    '订单退款「肉眼牛排」等 2 件 ¥128',
  ])
  expect((await t.events()).map(({ kind }) => kind)).toEqual([
    'order.paid',
    'order.part-refunded',
    'order.part-refunded',
    'order.refunded',
  ])
})

it('without a number of its own a refund tells the sum until now; late news of a smaller sum changes nothing', async () => {
  const externalUserId = await t.customer()
  const back = (totalFen: number) => t.post(order({ status: 'refunded', customer: { externalUserId }, totalFen }))
  await t.post(order({ customer: { externalUserId } }))
  await back(2_000)
  await back(5_000)
  expect((await back(2_000)).json).toMatchObject({ result: 'unchanged' })
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 20_600 })
})

it('a refund told before its payment is the part that it is, once the payment is told', async () => {
  const externalUserId = await t.customer()
  await t.post(order({ status: 'refunded', customer: { externalUserId }, totalFen: 2_000 }))
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 0, refundedCount: 1 })
  await t.post(order({ customer: { externalUserId } }))
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 23_600, refundedCount: 0 })
})

it('what is told anew corrects what was wrong or missing, and nothing happens twice', async () => {
  const externalUserId = await t.customer(['13800001111'])
  const wrong = order({ customer: { phone: '13800002222' }, totalFen: 1, items: [{ ...STEAK, category: undefined }] })
  expect((await t.post(wrong)).json).toMatchObject({ result: 'stored', matched: false })
  expect((await t.post(order())).json).toMatchObject({ result: 'corrected', matched: true })
  expect((await t.post(order())).json).toMatchObject({ result: 'unchanged', matched: true })
  // A customer who has been found keeps their order.
  const other = await t.customer(['13800003333'])
  await t.post(order({ customer: { phone: '13800003333' } }))
  expect(await t.summary(other)).toMatchObject({ paidCount: 0 })
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 25_600 })
  expect(await t.db.tx((tx) => orderQueries.ofCustomer(tx, externalUserId))).toMatchObject([{ items: [STEAK] }])
  expect(await t.events()).toEqual([{ kind: 'order.paid', orderId: 'A1', first: true, totalFen: 25_600 }])
})

it.each([
  ['all of it came back', { status: 'refunded' }, 1],
  ['more came back than it was worth', { status: 'refunded', totalFen: 25_601 }, 2],
  ['another sum was paid', { totalFen: 25_601 }, 2],
])('an order of a file that named no shop, and then a shop tells that %s', async (_what, then, orders) => {
  await t.post(order({ source: '文件导入' }))
  await t.post(order(then))
  expect(await t.rawRows('SELECT order_id FROM shop_order')).toHaveLength(orders)
})

it('two lines of one name stay two: the same once more changes neither', async () => {
  const externalUserId = await t.customer(['13800001111'])
  const lines = [
    STEAK,
    { name: STEAK.name, quantity: 1, priceFen: 1 },
    { name: STEAK.name, quantity: 3, sku: 'S9', priceFen: 0 },
  ]
  const told = order({ items: lines })
  expect((await t.post(told)).json).toMatchObject({ result: 'stored' })
  const kept = async () => (await t.db.tx((tx) => orderQueries.ofCustomer(tx, externalUserId)))[0]?.items
  const before = await kept()
  expect(before?.map(({ sku, quantity, category }) => [sku, quantity, category])).toEqual([
    ['S1', 2, '牛排'],
    [STEAK.name, 1, undefined],
    ['S9', 3, undefined],
  ])
  expect((await t.post(told)).json).toMatchObject({ result: 'unchanged' })
  expect(await kept()).toEqual(before)
})

it('other goods alone are a correction, the same goods are none', async () => {
  const externalUserId = await t.customer(['13800001111'])
  await t.post(order())
  const more = { ...STEAK, quantity: STEAK.quantity + 1 }
  expect((await t.post(order({ items: [more] }))).json).toMatchObject({ result: 'corrected', matched: true })
  expect((await t.post(order({ items: [more] }))).json).toMatchObject({ result: 'unchanged', matched: true })
  expect(await t.db.tx((tx) => orderQueries.ofCustomer(tx, externalUserId))).toMatchObject([{ items: [more] }])
})

it.each([
  ['nobody at all', {}, '没有手机号、unionId、客户ID，找不到客户'],
  ['a masked phone', { phone: '138****1111' }, '手机号被打了星号或加了密，找不到客户'],
  ['a phone that Excel spoilt', { phone: '1.38E10' }, '手机号被 Excel 变成了科学计数法，请把该列设为文本'],
  ['two phones', { phone: '13800001111/13900002222' }, '写了两个手机号，只能写一个'],
  ['a number of the shop’s own', { phone: '00000000000-0001' }, '手机号看不懂，找不到客户'],
])('says at once that %s will never be found', async (_who, of, nobody) => {
  expect((await t.post(order({ customer: of }))).json).toMatchObject({ result: 'stored', matched: false, nobody })
  expect((await t.post(order({ customer: { phone: '13800001111' } }))).json).not.toHaveProperty('nobody')
})

it('empty and null are absent; invisible characters are not there', async () => {
  const externalUserId = await t.customer(['13800001111'])
  const phone = '\u202d138\u20110000\u20141111\u202c'
  const of = { externalUserId: null, unionId: '', phone }
  const sent = order({ customer: of, createdAt: '', items: [{ ...STEAK, sku: null, category: null }] })
  expect((await t.post({ ...sent, orderId: '\ufeffA1' })).json).toMatchObject({ orderId: 'A1', matched: true })
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1 })
})

it('null is absent, as nothing is: nobody whose it is, no goods', async () => {
  const externalUserId = await t.customer()
  const answers = [
    await t.post(order({ customer: null, items: null, paidAt: null, refundId: null })),
    await t.post(order({ orderId: 'A2', customer: undefined, items: undefined })),
  ]
  for (const { status, json } of answers) {
    expect(status).toBe(200)
    expect(json).toMatchObject({ result: 'stored', matched: false, nobody: '没有手机号、unionId、客户ID，找不到客户' })
  }
  // Silence of who it is takes nobody's order away.
  await t.post(order({ customer: { externalUserId } }))
  expect((await t.post(order({ customer: null }))).json).toEqual({
    orderId: 'A1',
    status: 'paid',
    result: 'unchanged',
    matched: true,
  })
})

it('what no database keeps as it is, is not in a name, and the same twice changes nothing', async () => {
  const items = [{ ...STEAK, name: 'a\0b\nc\ud800', category: '\0' }]
  expect((await t.post(order({ items }))).json).toMatchObject({ result: 'stored' })
  expect((await t.post(order({ items }))).json).toMatchObject({ result: 'unchanged' })
  expect(await t.rawRows('SELECT name, category FROM shop_order_item')).toEqual([
    { name: 'a b c\ufffd', category: null },
  ])
})

it('gifts and weights are goods; discounts and counts of nothing are left out with a word', async () => {
  const externalUserId = await t.customer()
  const items = [
    { ...STEAK, priceFen: 0 },
    { sku: 'S2', name: '牛腩', quantity: 0.5, priceFen: 6_000 },
    { sku: 'S3', name: '满减', quantity: 1, priceFen: -500 },
    { ...STEAK, quantity: 0 },
  ]
  expect((await t.post(order({ customer: { externalUserId }, items }))).json).toMatchObject({ itemsLeftOut: 2 })
  const [stored] = await t.db.tx((tx) => orderQueries.ofCustomer(tx, externalUserId))
  expect(stored?.items.map(({ name, quantity, priceFen }) => [name, quantity, priceFen])).toEqual([
    ['肉眼牛排', 2, 0],
    ['牛腩 ×0.5', 1, 3_000],
  ])
})

it('silence takes nothing away, and old news replaces nothing', async () => {
  const externalUserId = await t.customer()
  const of = { externalUserId }
  await t.post(order({ customer: of }))
  const bare = { name: STEAK.name, quantity: 2, priceFen: 0 }
  expect((await t.post(order({ customer: of, items: [bare] }))).json).toMatchObject({ result: 'unchanged' })
  await t.post(order({ status: 'created', customer: of, items: [{ ...STEAK, name: '旧的' }] }))
  expect(await t.db.tx((tx) => orderQueries.ofCustomer(tx, externalUserId))).toMatchObject([{ items: [STEAK] }])
})

it('an order that a file without a shop told of first is the shop’s own, once the shop tells of it', async () => {
  const externalUserId = await t.customer()
  const of = { externalUserId }
  await t.post(order({ customer: of, source: '文件导入' }))
  expect((await t.post(order({ customer: of, source: '有赞' }))).json).toMatchObject({ result: 'unchanged' })
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 1, paidSumFen: 25_600 })
  await t.post(order({ customer: of, source: '抖店', totalFen: 99_900 }))
  expect(await t.summary(externalUserId)).toMatchObject({ paidCount: 2 })
})
