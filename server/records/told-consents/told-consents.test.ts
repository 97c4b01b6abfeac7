import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { signedPost } from '../../testing/signed-post.ts'

const PHONE = '13800001111'
const SEND = (at: string): string =>
  `send: 上新\naudience: { follow.active: true }\nat: "${at}"\ncontent: { text: 新到眼肉 }\n`
const CONFIG = {
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
  'sends/上新.yaml': SEND('2026-11-20 12:00'),
}

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG, now: '2026-11-20T10:00:00+08:00' })
  for (const externalUserId of ['wmA', 'wmB']) {
    await t.sandbox.scan({ userId: 'zhangsan', externalUserId, name: externalUserId })
    await t.settle()
  }
})
afterEach(() => t.close())

const say = async (change: object) =>
  (await signedPost(t, '/api/consents', { consentId: 'C1', state: 'refused', ...change })).json
const notePhone = async (externalUserId: string): Promise<void> => {
  await t.sandbox.editRemark({ userId: 'zhangsan', externalUserId, mobiles: [PHONE] })
  await t.settle()
}
const refuses = (externalUserId: string, scope: '' | 'sends' = '') =>
  t.db.tx(async (tx) => {
    const now = await t.huoshui.privacy.consents.refusedNow(tx, 'marketing', externalUserId)
    return now.some((one) => one.scope === scope)
  })
const told = (externalUserId: string) => t.timelineOf(externalUserId, 'customer.refusal')

it('who said it elsewhere gets none of the very next send, however often it is told', async () => {
  expect(await say({ customer: { externalUserId: 'wmA' }, scope: 'sends' })).toEqual({
    ...{ consentId: 'C1', result: 'stored', matched: true },
  })
  expect(await say({ customer: { externalUserId: 'wmA' }, scope: 'sends' })).toMatchObject({ result: 'unchanged' })
  expect(await told('wmA')).toEqual(['客户在别处说不想收到群发'])
  await t.advance(2 * HOUR_MS)
  const [send] = t.sandbox.pendingMassSends('zhangsan')
  expect([...(send?.tasks.get('zhangsan')?.results.keys() ?? [])]).toEqual(['wmB'])
})

it('somebody whom we do not know yet is heard as soon as their phone is noted', async () => {
  expect(await say({ customer: { phone: PHONE } })).toMatchObject({ result: 'stored', matched: false })
  expect(await refuses('wmA')).toBe(false)
  await notePhone('wmA')
  expect([await refuses('wmA'), await refuses('wmB')]).toEqual([true, false])
})

it('a phone that two people have: a refusal is both people’s, a yes nobody’s', async () => {
  await notePhone('wmA')
  await notePhone('wmB')
  expect(await say({ customer: { phone: PHONE } })).toMatchObject({ matched: true })
  expect([await refuses('wmA'), await refuses('wmB')]).toEqual([true, true])
  expect(await say({ consentId: 'C2', state: 'given', customer: { phone: PHONE } })).toMatchObject({ matched: false })
  expect([await refuses('wmA'), await refuses('wmB')]).toEqual([true, true])
})

it('an older word that comes late does not undo a newer one, and a word from the future counts as of now', async () => {
  const customer = { externalUserId: 'wmA' }
  const minutes = (n: number) => t.clock.now() + n * 60_000
  await say({ customer, at: minutes(0) })
  await say({ consentId: 'C2', customer, state: 'given', at: minutes(-5) })
  expect(await refuses('wmA')).toBe(true)
  await t.advance(60_000)
  await say({ consentId: 'C3', customer, state: 'given', at: minutes(600) })
  expect(await refuses('wmA')).toBe(false)
  await t.advance(60_000)
  await say({ consentId: 'C4', customer, at: minutes(0) })
  expect(await refuses('wmA')).toBe(true)
  expect((await told('wmA')).sort()).toEqual(
    ['客户在别处说不想收到任何营销', '客户在别处说不想收到任何营销', '客户在别处说又愿意收到任何营销'].sort(),
  )
})

it('with an end it ends by itself', async () => {
  await say({ customer: { externalUserId: 'wmA' }, until: t.clock.now() + DAY_MS })
  expect(await refuses('wmA')).toBe(true)
  expect(await told('wmA')).toEqual(['客户在别处说不想收到任何营销，到 2026-11-21'])
  await t.advance(DAY_MS)
  expect(await refuses('wmA')).toBe(false)
})

it('what nobody can ever be found by is said, and a wrong signature stores nothing', async () => {
  expect(await say({ customer: {} })).toMatchObject({ matched: false, nobody: expect.stringContaining('找不到客户') })
  const content = { consentId: 'C9', state: 'refused', customer: { externalUserId: 'wmA' } }
  expect((await signedPost(t, '/api/consents', content, { secret: 'another-secret-of-32-characters-' })).status).toBe(
    401,
  )
  expect(await refuses('wmA')).toBe(false)
})
