import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'
import { visitFacts } from './visit-facts.ts'

const PHONE = '13800001111'
let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ now: '2026-11-20T10:00:00+08:00' })
  for (const externalUserId of ['wmA', 'wmB']) {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId, name: externalUserId })
    await t.settle()
  }
})
afterEach(() => t.close())

const A = { externalUserId: 'wmA' }
const visit = (visitId: string, change: object = {}) => ({
  ...{ visitId, source: '小程序', customer: A, kind: 'view', at: t.clock.now() },
  ...change,
})
const say = async (...visits: object[]) => (await signedPost(t, '/api/visits', { visits })).json
const made = async () => (await t.eventsOf('visit.made')).map((event) => [event.externalUserId, event.visitId])
const rows = () =>
  t.rawRows<{ visit_id: string }>(
    'SELECT visit_id, external_userid, given_unionid, phone_hash FROM shop_visit ORDER BY visit_id',
  )
const factsOf = async (externalUserId: string) => {
  const paths = visitFacts.map(({ path }) => path)
  const known = await t.db.tx((tx) => t.huoshui.facts.of(tx, [externalUserId], t.clock.now(), paths))
  return Object.fromEntries(known.get(externalUserId) ?? [])
}

it('a call’s visits are kept once however often they come, one by one or together', async () => {
  expect(await say(visit('v1'), visit('v2'))).toEqual({ stored: 2, unchanged: 0, unmatched: 0 })
  expect(await say(visit('v1'), visit('v2'))).toEqual({ stored: 0, unchanged: 2, unmatched: 0 })
  expect(await say(visit('v2'), visit('v3'), visit('v3'))).toEqual({ stored: 1, unchanged: 2, unmatched: 0 })
  expect(await say(visit('v1', { source: '网页' }))).toMatchObject({ stored: 1 })
  expect((await made()).map(([, id]) => id).sort()).toEqual(['v1', 'v1', 'v2', 'v3'])
})

it('the same call twenty times at once is kept once', async () => {
  const visits = ['v1', 'v2', 'v3'].map((id) => visit(id))
  const answers = await Promise.all(Array.from({ length: 20 }, () => say(...visits)))
  expect(answers.reduce((sum, { stored }) => sum + Number(stored), 0)).toBe(3)
  expect(await made()).toHaveLength(3)
})

it('whom we do not know yet waits under a name, whom nobody can be is not kept, and one phone of two is nobody’s', async () => {
  const answer = await say(
    visit('v1', { customer: { phone: PHONE } }),
    visit('v2', { customer: { phone: '138****1111' } }),
    visit('v3', { customer: {} }),
  )
  expect(answer).toEqual({ stored: 1, unchanged: 0, unmatched: 3 })
  expect(await made()).toEqual([])
  const noted = async (externalUserId: string): Promise<void> => {
    await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: [PHONE] })
    await t.settle()
  }
  await noted('wmA')
  expect(await made()).toEqual([['wmA', 'v1']])
  expect(await rows()).toEqual([{ visit_id: 'v1', external_userid: 'wmA', given_unionid: null, phone_hash: null }])
  await noted('wmB')
  expect(await say(visit('v4', { customer: { phone: PHONE } }))).toMatchObject({ stored: 1, unmatched: 1 })
})

it('what is in the cart is what was put in last and not taken out, until something is paid', async () => {
  const steak = { id: '1', name: '眼肉', priceFen: 10_000, category: '牛排' }
  const ago = (hours: number) => t.clock.now() - hours * HOUR_MS
  await say(
    visit('v1', { kind: 'cart', product: steak, quantity: 3, at: ago(5) }),
    visit('v2', { kind: 'cart', product: steak, at: ago(4), quantity: 2 }),
    visit('v3', { kind: 'cart', product: { id: '2', name: '黄油', priceFen: 3_000 }, at: ago(3) }),
    visit('v4', { kind: 'cart', product: { id: '2' }, quantity: 0, at: ago(2) }),
    visit('v5', { page: '/index', at: ago(1) }),
  )
  expect(await factsOf('wmA')).toMatchObject({
    ...{ 'visits.count': 5, 'visits.daysSince': 0, 'visits.hoursSince': 1, 'visits.unpaid': true },
    ...{ 'visits.cart.sum': 20_000, 'visits.cart.hoursOpen': 4, 'visits.cart.products': ['眼肉'] },
    'visits.categories': ['牛排'],
  })
  const paid = { status: 'paid', totalFen: 20_000, paidAt: t.clock.now(), source: '小程序', items: [], customer: A }
  await signedPost(t, '/api/orders', { ...paid, orderId: 'O1' })
  expect(await factsOf('wmA')).toMatchObject({ 'visits.unpaid': false, 'visits.cart.sum': 0 })
  expect((await factsOf('wmA'))['visits.cart.hoursOpen']).toBeUndefined()
  expect(await factsOf('wmB')).toMatchObject({ 'visits.count': 0, 'visits.unpaid': false, 'visits.cart.sum': 0 })
})

it('what was searched for and the way in are kept, told and asked for, also of those who waited', async () => {
  await say(
    visit('v1', { kind: 'search', keyword: '眼肉 牛排', scene: 1011 }),
    visit('v2'),
    visit('v3', { customer: { phone: PHONE }, keyword: '黄油', scene: 'link-7' }),
  )
  await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId: 'wmB', mobiles: [PHONE] })
  await t.settle()
  expect(await t.eventsOf('visit.made')).toMatchObject([
    { visitId: 'v1', keyword: '眼肉 牛排', scene: '1011' },
    { visitId: 'v2', keyword: null, scene: null },
    { visitId: 'v3', keyword: '黄油', scene: 'link-7' },
  ])
  expect(await factsOf('wmA')).toMatchObject({ 'visits.keywords': ['眼肉 牛排'], 'visits.scenes': ['1011'] })
  expect(await factsOf('wmB')).toMatchObject({ 'visits.keywords': ['黄油'], 'visits.scenes': ['link-7'] })
})

it('who looks around is not silent; the clock of a phone that runs ahead counts as now', async () => {
  await t.advance(5 * DAY_MS)
  const silence = () =>
    t.db.tx(async (tx) =>
      (await t.huoshui.facts.of(tx, ['wmA'], t.clock.now(), ['silence.days'])).get('wmA')?.get('silence.days'),
    )
  expect(await silence()).toBe(5)
  await say(visit('v1', { at: t.clock.now() + 30 * DAY_MS }))
  expect(await silence()).toBe(0)
  await t.advance(DAY_MS)
  expect(await silence()).toBe(1)
})

it('known people’s visits are gone after 90 days, others’ after 7', async () => {
  await say(visit('known'), visit('stranger', { customer: { unionId: 'oSomebody' } }))
  const ids = async () => (await rows()).map((row) => row.visit_id)
  await t.advance(7 * DAY_MS - MINUTE_MS)
  expect(await ids()).toEqual(['known', 'stranger'])
  await t.advance(3 * HOUR_MS)
  expect(await ids()).toEqual(['known'])
  await t.advance(83 * DAY_MS - 4 * HOUR_MS)
  expect(await ids()).toEqual(['known'])
  await t.advance(6 * HOUR_MS)
  expect(await ids()).toEqual([])
})

it('one faulty visit refuses the call, a wrong key everything, and nothing is kept', async () => {
  expect(await say(visit('v1'), visit('v2', { at: 'yesterday' }))).toMatchObject({ code: 'visits.invalid' })
  const secret = 'another-secret-of-32-characters-'
  expect((await signedPost(t, '/api/visits', { visits: [visit('v1')] }, { secret })).status).toBe(401)
  expect(await rows()).toEqual([])
})
