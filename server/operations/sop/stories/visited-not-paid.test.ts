import { afterEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { signedPost } from '../../../testing/signed-post.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

/** The journey of docs/shop-data.md. */
const VISITED_NOT_PAID = `
sop: visited-not-paid
name: 看了没付款
trigger: { event: visit.made, category: 牛排 }
when: { visits.unpaid: true }
steps:
  - wait: 2h
  - task: { for: guide, title: 看了牛排没付款，问问他 }
goal: order.paid
reenterAfterDays: 7
`
let t: SopScene
afterEach(() => t.close())

const open = async (sop = VISITED_NOT_PAID): Promise<string> => {
  t = await openSopScene({ sop })
  const id = await t.scan({ state: 'store-code' })
  await t.advance(MINUTE_MS)
  return id
}
const visit = (visitId: string, customer: object, change: object = {}) => ({
  ...{ visitId, source: '小程序', customer, kind: 'view', at: t.clock.now(), page: '/pages/goods/index?id=1' },
  ...{ product: { id: '1', name: '眼肉', category: '牛排', priceFen: 19_900 }, ...change },
})
const look = async (...visits: object[]) => (await signedPost(t, '/api/visits', { visits })).json
const titles = async (id: string) => (await t.tasksAbout(id)).map(({ title }) => title)
const states = async (id: string) =>
  (await t.rawRows<{ state: string }>('SELECT state FROM sop_entry WHERE external_userid = ? ORDER BY id', [id])).map(
    ({ state }) => state,
  )

it('two hours after a look without a payment the guide has one to-do, however often it all is delivered', async () => {
  const id = await open()
  const first = visit('v1', { externalUserId: id })
  for (let round = 0; round < 2; round++) await look(first, visit('v2', { externalUserId: id }, { kind: 'cart' }))
  await t.advance(2 * HOUR_MS - MINUTE_MS)
  expect(await titles(id)).toEqual([])
  await t.advance(2 * MINUTE_MS)
  expect(await titles(id)).toEqual(['看了牛排没付款，问问他'])
  await t.again()
  await look(first)
  await t.advance(3 * HOUR_MS)
  expect(await titles(id)).toHaveLength(1)
  const sent = t.sandbox.calls('message/send').filter(({ body }) => JSON.stringify(body).includes('看了牛排没付款'))
  expect(sent).toHaveLength(1)
})

it('who pays meanwhile is out at once and nobody is asked anything', async () => {
  const id = await open()
  await look(visit('v1', { externalUserId: id }))
  expect(await states(id)).toEqual(['active'])
  await t.advance(HOUR_MS)
  for (let round = 0; round < 2; round++) await t.pay(id)
  expect(await states(id)).toEqual(['goal'])
  await t.again()
  await t.advance(2 * HOUR_MS)
  expect(await titles(id)).toEqual([])
})

it('a look that is told after the payment that followed it begins nothing; one after that payment does', async () => {
  const id = await open()
  const looked = visit('v1', { externalUserId: id })
  await t.advance(10 * MINUTE_MS)
  await t.pay(id)
  await look(looked)
  await look(looked)
  expect(await states(id)).toEqual([])
  await t.advance(MINUTE_MS)
  await look(visit('v2', { externalUserId: id }))
  expect(await states(id)).toEqual(['active'])
  // Told an hour late: it had been paid half an hour after the look.
  await t.advance(HOUR_MS)
  await t.pay(id, 'late', t.clock.now() - HOUR_MS / 2)
  expect(await states(id)).toEqual(['goal'])
})

it('somebody who was no customer at the time of the look is asked about once they are', async () => {
  await open()
  const customer = { unionId: 'oLater' }
  expect(await look(visit('v1', customer))).toMatchObject({ stored: 1, unmatched: 1 })
  await t.advance(HOUR_MS)
  const id = await t.scan({ state: 'store-code', unionId: 'oLater' })
  expect(await states(id)).toEqual(['active'])
  await t.advance(2 * HOUR_MS + MINUTE_MS)
  expect(await titles(id)).toEqual(['看了牛排没付款，问问他'])
})

it.each([
  ['goods by name', 'product: 眼肉', {}, { product: { id: '2', name: '黄油' } }],
  ['goods by number', 'product: "1"', {}, { product: { id: '2' } }],
  ['a page', 'page: /pages/goods/', {}, { page: '/pages/index' }],
  ['a kind', 'kind: search', { kind: 'search' }, { kind: 'favourite' }],
  ['a searched word', 'keyword: 牛排', { keyword: '厚切牛排' }, { keyword: '牛腩' }],
  ['a way in', 'scene: "1011"', { scene: 1011 }, { scene: 1012 }],
  ['a cart', 'hasCart: yes', { kind: 'cart' }, { kind: 'view' }],
  ['no cart', 'hasCart: no', { kind: 'view' }, { kind: 'checkout' }],
])('begins only by %s', async (_what, filter, wanted, other) => {
  const id = await open(VISITED_NOT_PAID.replace('category: 牛排', filter))
  await look(visit('other', { externalUserId: id }, other))
  expect(await states(id)).toEqual([])
  await look(visit('wanted', { externalUserId: id }, wanted))
  expect(await states(id)).toEqual(['active'])
})
