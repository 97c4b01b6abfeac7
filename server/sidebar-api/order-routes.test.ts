import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { creditQueries } from '../operations/credit/credit-queries.ts'
import { signedPost } from '../testing/signed-post.ts'
import type { OrderBinding, Orders, Profile } from './contract.ts'
import type { Browser } from './testing/sidebar-browser.ts'
import { DESK_RULES, openSidebarScene, type SidebarScene } from './testing/sidebar-scene.ts'

let scene: SidebarScene
let zhangsan: Browser
let id: string
beforeAll(async () => {
  scene = await openSidebarScene({ config: { ...DESK_RULES, 'credit.yaml': 'credit:\n  - to: newest\n' } })
  zhangsan = await scene.as('zhangsan')
  id = scene.externalUserId
})
afterAll(() => scene.close())

/** An order of which the shop knows a phone that is in nobody's remark. */
async function shopTells(orderId: string, change: object = {}) {
  const answer = await signedPost(scene, '/api/orders', {
    ...{ orderId, status: 'paid', customer: { phone: '13900002222' }, totalFen: 13_800, source: '小程序商城' },
    ...{ paidAt: '2026-11-19T20:00:00+08:00' },
    items: [{ sku: 'xl', name: '西冷牛排 200g', quantity: 2, priceFen: 6_900, category: '牛排' }],
    ...change,
  })
  await scene.settle()
  return answer.json
}
const bind = async (body: object, who = zhangsan, customer = id) =>
  (await who.post<OrderBinding>(`customers/${customer}/orders/bind`, body)).body
const orders = async (who = zhangsan, customer = id) => (await who.get<Orders>(`customers/${customer}/orders`)).body
const numbers = async (who = zhangsan, customer = id) => (await orders(who, customer)).orders.map((one) => one.orderId)
const paidEvents = async (orderId: string) =>
  (await scene.rawRows<{ payload: string }>(`SELECT payload FROM inbound_event WHERE kind = 'order.paid' ORDER BY id`))
    .map(({ payload }) => JSON.parse(payload) as { orderId: string; externalUserId: string })
    .filter((one) => one.orderId === orderId)
    .map((one) => one.externalUserId)

test('the number and four digits make an order hers: in the list, the sums, the timeline, the audit and for the rules', async () => {
  expect(await shopTells('MY-100')).toMatchObject({ matched: false })
  expect(await numbers()).toEqual([])
  const body = { orderId: ' MY-100 ', phoneTail: '2222', key: 'bind-tap-01' }
  expect(await bind(body)).toEqual({ isBound: true, zh: '绑好了，这笔订单现在算这位客户的。' })
  expect(await bind(body)).toMatchObject({ isBound: true, zh: '这笔订单本来就是这位客户的。' })
  await scene.settle()
  expect(await orders()).toMatchObject({
    total: 1,
    categories: [{ name: '牛排', orders: 1, pieces: 2 }],
    orders: [{ orderId: 'MY-100', isBoundByHand: true }],
  })
  expect((await zhangsan.get<Profile>(`customers/${id}`)).body.orders).toMatchObject({
    paidCount: 1,
    paidSumFen: 13_800,
  })
  expect(await scene.timelineOf(id)).toContain('张三按客户报的订单号绑定了一笔订单')
  expect(await paidEvents('MY-100')).toEqual([id])
  const audit = [
    ...(await scene.rawRows('SELECT * FROM audit_note')),
    ...(await scene.rawRows('SELECT * FROM audit_detail')),
  ].map((row) => JSON.stringify(row))
  const about = audit.filter((row) => row.includes('MY-100')).join()
  expect(about).toContain('owner')
  expect(about).not.toContain('2222')
})

test('the sum and the day will do, where the shop’s export hides the phone', async () => {
  await shopTells('MY-101', { customer: {}, totalFen: 9_900 })
  expect(await bind({ orderId: 'MY-101', phoneTail: '2222' })).toMatchObject({ isBound: false })
  expect(await bind({ orderId: 'MY-101', paidFen: 9_900 })).toMatchObject({ isBound: false })
  expect(await bind({ orderId: 'MY-101', paidFen: 9_900, paidOn: '2026-11-19' })).toMatchObject({ isBound: true })
})

test('an order that is not there, another’s and one without proof are refused in the same words', async () => {
  scene.clock.advance(DAY_MS)
  zhangsan = await scene.as('zhangsan')
  await shopTells('MY-102')
  const other = await scene.sandbox.scan({ userId: 'lisi', name: '别人' })
  await scene.settle()
  const lisi = await scene.as('lisi')
  expect(await bind({ orderId: 'MY-102', phoneTail: '2222' }, lisi, other.externalUserId)).toMatchObject({
    isBound: true,
  })
  await shopTells('MY-103')
  const refusals = [
    await bind({ orderId: 'MY-102', phoneTail: '2222' }),
    await bind({ orderId: 'MY-103', phoneTail: '3333' }),
    await bind({ orderId: 'MY-none', phoneTail: '2222' }),
  ]
  expect(new Set(refusals.map((one) => JSON.stringify(one))).size).toBe(1)
  expect(refusals[0]).toMatchObject({ isBound: false, zh: expect.stringContaining('没有对上') })
  expect(await numbers()).not.toContain('MY-102')
})

test('a guide who guesses is stopped for the day, also with the right digits', async () => {
  scene.clock.advance(DAY_MS)
  zhangsan = await scene.as('zhangsan')
  await shopTells('MY-104')
  for (let n = 0; n < 5; n++) await bind({ orderId: 'MY-104', phoneTail: `000${n}` })
  expect(await bind({ orderId: 'MY-104', phoneTail: '2222' })).toMatchObject({
    isBound: false,
    zh: expect.stringContaining('今天先不能再试了'),
  })
  scene.clock.advance(DAY_MS)
  zhangsan = await scene.as('zhangsan')
  expect(await bind({ orderId: 'MY-104', phoneTail: '2222' })).toMatchObject({ isBound: true })
})

test('one key is one thing said: other digits under it are tries like any other, the same ones are none', async () => {
  scene.clock.advance(DAY_MS)
  zhangsan = await scene.as('zhangsan')
  const { externalUserId: other } = await scene.sandbox.scan({ userId: 'zhangsan', name: '被猜的人' })
  await scene.settle()
  await shopTells('MY-120')
  const guess = (phoneTail: string) => bind({ orderId: 'MY-120', phoneTail, key: 'aaaaaaaa' }, zhangsan, other)
  const stopped = { isBound: false, zh: expect.stringContaining('今天先不能再试了') }
  for (let n = 0; n < 7; n++) expect(await guess('0000')).not.toEqual(stopped)
  for (let n = 1; n < 5; n++) expect(await guess(`000${n}`)).not.toEqual(stopped)
  expect(await guess('2222')).toEqual(stopped)
})

test('two orders bound and taken back under one key are told of twice', async () => {
  scene.clock.advance(DAY_MS)
  zhangsan = await scene.as('zhangsan')
  const { externalUserId: other } = await scene.sandbox.scan({ userId: 'zhangsan', name: '买两笔的人' })
  await scene.settle()
  for (const orderId of ['MY-121', 'MY-122']) {
    await shopTells(orderId, { customer: {}, totalFen: 7_700 })
    const body = { orderId, paidFen: 7_700, paidOn: '2026-11-19', key: 'one-key-for-both' }
    for (const _ of [1, 2]) expect(await bind(body, zhangsan, other)).toMatchObject({ isBound: true })
    const undo = { orderId, source: '小程序商城', key: 'one-key-for-both' }
    expect((await zhangsan.post(`customers/${other}/orders/unbind`, undo)).status).toBe(200)
  }
  const told = (await scene.timelineOf(other)).map((line) => line.slice(0, 10))
  expect(told.filter((line) => line.startsWith('张三按客户报的'))).toHaveLength(2)
  expect(told.filter((line) => line.startsWith('张三撤销了一笔'))).toHaveLength(2)
  const rows = [
    ...(await scene.rawRows('SELECT * FROM audit_note')),
    ...(await scene.rawRows('SELECT * FROM audit_detail')),
  ]
  const audit = JSON.stringify(rows)
  expect(audit).toContain('MY-122')
  expect(audit).not.toMatch(/phoneTail|paidFen|paidOn|2026-11-19/)
})

test('two union ids are never made one person', async () => {
  scene.clock.advance(DAY_MS)
  zhangsan = await scene.as('zhangsan')
  await shopTells('MY-105', { customer: { phone: '13900002222', unionId: 'union-first' } })
  await shopTells('MY-106', { customer: { phone: '13900002222', unionId: 'union-second' } })
  const results = [
    await bind({ orderId: 'MY-105', phoneTail: '2222' }),
    await bind({ orderId: 'MY-106', phoneTail: '2222' }),
  ]
  expect(results.filter((one) => one.isBound).length).toBeLessThanOrEqual(1)
  expect(results[1]).toMatchObject({ isBound: false, zh: expect.stringContaining('登记的是另一位客户') })
})

test('taken back, it is nobody’s, and the rules hear of it for whom it is bound to next', async () => {
  await shopTells('MY-107')
  expect(await bind({ orderId: 'MY-107', phoneTail: '2222' })).toMatchObject({ isBound: true })
  await scene.settle()
  const undo = { orderId: 'MY-107', source: '小程序商城', key: 'undo-tap-01' }
  expect((await zhangsan.post(`customers/${id}/orders/unbind`, undo)).status).toBe(200)
  expect(await zhangsan.post(`customers/${id}/orders/unbind`, undo)).toMatchObject({
    status: 404,
    body: { code: 'sidebar.not-bound' },
  })
  expect(await numbers()).not.toContain('MY-107')
  expect(await scene.timelineOf(id)).toContain('张三撤销了一笔订单的绑定，它不再算这位客户的')
  const { externalUserId: right } = await scene.sandbox.scan({ userId: 'zhangsan', name: '真正的买家' })
  await scene.settle()
  expect(await bind({ orderId: 'MY-107', phoneTail: '2222' }, zhangsan, right)).toMatchObject({ isBound: true })
  await scene.settle()
  expect(await paidEvents('MY-107')).toEqual([id, right])
  expect((await scene.timelineOf(right)).join()).toContain('西冷牛排')
})

test('what the shop matched itself is not taken back by hand', async () => {
  await scene.pay('MY-108')
  const undo = { orderId: 'MY-108', source: (await orders()).orders.find((one) => one.orderId === 'MY-108')?.source }
  expect((await zhangsan.post(`customers/${id}/orders/unbind`, undo)).status).toBe(404)
})

test('the shop has the last word: what it names as another’s goes over to them', async () => {
  await shopTells('MY-109')
  expect(await bind({ orderId: 'MY-109', phoneTail: '2222' })).toMatchObject({ isBound: true })
  const { externalUserId: right } = await scene.sandbox.scan({ userId: 'zhangsan', name: '店铺说的人' })
  await scene.settle()
  await shopTells('MY-109', { customer: { externalUserId: right } })
  expect([await numbers(), await numbers(zhangsan, right)]).toEqual([
    expect.not.arrayContaining(['MY-109']),
    ['MY-109'],
  ])
  expect((await scene.timelineOf(id)).join()).toContain('店铺说它是另一位客户的')
  expect(await paidEvents('MY-109')).toEqual([id, right])
})

test('who bound it earns it as its guide, and no more once it is taken back', async () => {
  const fromMs = scene.clock.now() + 1
  scene.clock.advance(60_000)
  await shopTells('MY-110', { paidAt: new Date(scene.clock.now()).toISOString() })
  const earned = async () =>
    (await scene.db.tx((tx) => creditQueries.sums(tx, { fromMs, untilMs: fromMs + DAY_MS }, 'guide'))).map(
      ({ state, key, paidFen }) => [state, key, paidFen],
    )
  expect(await earned()).toEqual([['unknown', undefined, 13_800]])
  expect(await bind({ orderId: 'MY-110', phoneTail: '2222' })).toMatchObject({ isBound: true })
  await scene.settle()
  expect(await earned()).toEqual([['given', 'zhangsan', 13_800]])
  await zhangsan.post(`customers/${id}/orders/unbind`, { orderId: 'MY-110', source: '小程序商城' })
  await scene.settle()
  expect(await earned()).toEqual([['unknown', undefined, 13_800]])
})
