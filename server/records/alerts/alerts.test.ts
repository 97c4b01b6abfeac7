import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alertsProgram } from '../../cli/alerts.ts'
import { DAY_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { wecomSays } from '../customers/testing/wecom-says.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp()
})
afterEach(() => t.close())

const KEY = 'acquisition.quota'
const raise = (atMs: number, more: { text?: string; lapseAtMs?: number } = {}) =>
  t.db.tx((tx) => t.huoshui.alerts.raise(tx, { key: KEY, text: '额度用完', todo: '去充值', atMs, ...more }))
const resolve = (atMs: number) => t.db.tx((tx) => t.huoshui.alerts.resolve(tx, KEY, atMs))
const open = () => t.db.tx((tx) => t.huoshui.alerts.queries.open(tx))

it('a trouble is listed once, since its beginning, with its newest words', async () => {
  const now = t.clock.now()
  expect(await raise(now)).toBe(true)
  expect(await raise(now + 60_000, { text: '额度早就用完' })).toBe(false)
  expect(await open()).toEqual([{ key: KEY, sinceMs: now, text: '额度早就用完', todo: '去充值' }])
})

it('a trouble that is told after its end stays ended, and a new one begins anew', async () => {
  const now = t.clock.now()
  await resolve(now)
  await raise(now - 60_000)
  expect(await open()).toEqual([])
  await raise(now + 60_000)
  expect(await open()).toMatchObject([{ sinceMs: now + 60_000 }])
  await resolve(now)
  expect(await open()).toHaveLength(1)
  await resolve(now + 90_000)
  expect(await open()).toEqual([])
})

it('a trouble with an end of its own leaves the list by itself and may come again', async () => {
  const now = t.clock.now()
  await raise(now, { lapseAtMs: now + DAY_MS })
  expect(await open()).toHaveLength(1)
  t.clock.advance(DAY_MS + 1)
  expect(await open()).toEqual([])
  expect(await raise(t.clock.now())).toBe(true)
  expect(await open()).toHaveLength(1)
})

it('the command lists what to do next, strikes out what is done, and /metrics counts what is left', async () => {
  const deps = { db: t.db, clock: t.clock }
  expect(await runCommand(alertsProgram, [], deps)).toEqual({ code: 0, out: '没有要处理的事。', err: '' })
  await raise(t.clock.now())
  const listed = await runCommand(alertsProgram, [], deps)
  expect(listed.code).toBe(1)
  expect(listed.out).toContain('额度用完\n  从 2026-11-22 09:00 起\n  下一步：去充值\n  编号：acquisition.quota')
  const gauge = async () => {
    // An answer is kept for a second.
    t.clock.advance(SECOND_MS)
    return (await fetch(`${t.url}/metrics`)).text()
  }
  expect(await gauge()).toContain('huoshui_alerts_open{alert="acquisition.quota"} 1')

  expect((await runCommand(alertsProgram, ['done', '没有这件'], deps)).code).toBe(1)
  expect(await runCommand(alertsProgram, ['done', KEY], deps)).toMatchObject({ code: 0 })
  expect((await runCommand(alertsProgram, [], deps)).code).toBe(0)
  expect(await gauge()).not.toContain('huoshui_alerts_open{')
})

describe('members named by ALERT_USERIDS', () => {
  const messages = () =>
    t.sandbox
      .calls('message/send')
      .map(({ body }) => body as { touser: string; text: { content: string } })
      .map(({ touser, text }) => [touser, text.content])
  beforeEach(async () => {
    await t.close()
    t = await buildTestApp({ env: { ALERT_USERIDS: 'zhangsan, lisi' } })
  })

  it('get one message for each opening, with the next step, however often the trouble is told', async () => {
    await wecomSays(t, 'customer_acquisition', { ChangeType: 'balance_exhausted' })
    await wecomSays(t, 'customer_acquisition', { ChangeType: 'balance_exhausted' })
    await t.settle()
    const text =
      '【活水】获客助手的额度用完了：客户点获客链接加不了导购\n下一步：在企业微信管理后台「客户与上下游 → 获客助手」购买额度，或先暂停投放（11-22 09:00）'
    expect(messages()).toEqual([
      ['zhangsan', text],
      ['lisi', text],
    ])
    // Told again while it is open, by another event of the same trouble.
    await wecomSays(t, 'customer_acquisition', { ChangeType: 'balance_exhausted' }, t.clock.now() + 60_000)
    await t.advance(60_000)
    expect(messages()).toHaveLength(2)

    await wecomSays(t, 'customer_acquisition', { ChangeType: 'balance_increased' }, t.clock.now() + 60_000)
    await wecomSays(t, 'customer_acquisition', { ChangeType: 'balance_exhausted' }, t.clock.now() + 120_000)
    await t.advance(120_000)
    expect(messages()).toHaveLength(4)
  })

  it('hear nothing of what is over already', async () => {
    const now = t.clock.now()
    expect(await raise(now - 3 * DAY_MS, { lapseAtMs: now - DAY_MS })).toBe(true)
    await t.advance(60_000)
    expect(messages()).toEqual([])
  })
})
