import { afterEach, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
afterEach(() => t.close())

const open = () => t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))
const keys = async () => (await open()).map(({ key }) => key)
const ask = () => t.huoshui.wecom.staff.get('zhangsan').catch(() => undefined)
const TAGS = 'externalcontact/get_corp_tag_list'
const listTags = () => t.huoshui.wecom.tags.list().catch(() => undefined)
const readyz = async () => (await fetch(`${t.url}/readyz`)).json()

it.each([
  ['answers HTTP 502', { http: 502 }],
  ['gives a page in place of JSON', { html: true }],
  ['cuts every connection', { cut: 'before' as const }],
])('WeCom %s: one alert after a minute, degraded, closed by itself though nobody needs WeCom', async (_how, fault) => {
  t = await buildTestApp()
  t.sandbox.faults.set(fault)
  await ask()
  await t.advance(30 * SECOND_MS)
  await ask()
  expect(await keys()).toEqual([])
  await t.advance(40 * SECOND_MS)
  await ask()
  await t.advance(MINUTE_MS)
  expect(await open()).toMatchObject([
    { key: 'platform.unreachable', text: expect.stringContaining('连不上企业微信'), sinceMs: t.clock.now() - 130_000 },
  ])
  expect(await readyz()).toEqual({ status: 'degraded', why: ['platform.unreachable'] })

  t.sandbox.faults.clear()
  for (let minute = 0; minute < 4; minute++) await t.advance(MINUTE_MS)
  expect(await keys()).toEqual([])
  expect(await readyz()).toEqual({ status: 'ready' })
})

it('one endpoint that is silent while the others answer is an alert of its own; a hiccup is none', async () => {
  t = await buildTestApp()
  t.sandbox.faults.set({ path: TAGS, http: 500 })
  t.sandbox.faults.set({ path: 'user/get', http: 500, times: 1 })
  for (let second = 0; second < 120; second += 20) {
    await listTags()
    await ask()
    await t.advance(20 * SECOND_MS)
  }
  expect(await keys()).toEqual([`platform.unreachable:/cgi-bin/${TAGS}`])
  // Another's yes says nothing of it.
  await t.advance(5 * MINUTE_MS)
  expect(await keys()).toHaveLength(1)
  t.sandbox.faults.clear()
  await listTags()
  await t.advance(MINUTE_MS)
  expect(await keys()).toEqual([])
})

it('an endpoint that nobody asks for any more is forgotten', async () => {
  t = await buildTestApp()
  t.sandbox.faults.set({ path: TAGS, http: 500 })
  for (let n = 0; n < 4; n++) {
    await listTags()
    await ask()
    await t.advance(30 * SECOND_MS)
  }
  expect(await keys()).toHaveLength(1)
  await t.advance(3 * HOUR_MS)
  expect(await keys()).toEqual([])
})

it('what a process before this one could not reach is over when this one is answered', async () => {
  t = await buildTestApp()
  await t.db.tx((tx) =>
    t.huoshui.alerts.raise(tx, { key: 'platform.unreachable', text: '连不上', todo: '等', atMs: t.clock.now() - 1 }),
  )
  const { databaseUrl } = t
  const second = await buildTestApp({ databaseUrl, platform: { sandbox: t.sandbox, clock: t.clock } })
  await second.huoshui.wecom.staff.get('zhangsan')
  await second.advance(MINUTE_MS)
  expect(await keys()).toEqual([])
  await second.close()
})
