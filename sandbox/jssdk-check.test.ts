import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { JssdkClaim } from './jssdk-check.ts'
import { openTestSandbox, type TestSandbox } from './open-test-sandbox.ts'

let t: TestSandbox
let good: JssdkClaim
let corpTicket: string
beforeAll(async () => {
  t = await openTestSandbox()
  t.sandbox.connect('https://crm.example.com')
  const { corpId, agentId } = t.sandbox.credentials
  const { ticket } = await t.get('ticket/get', { type: 'agent_config' })
  corpTicket = String((await t.get('get_jsapi_ticket')).ticket)
  const url = 'https://crm.example.com/sidebar/?guide=lisi'
  const claim = { kind: 'agent' as const, corpId, agentId: String(agentId), timestamp: '1', nonceStr: 'n', url }
  good = { ...claim, signature: signed(String(ticket), url) }
})
afterAll(() => t.close())

const signed = (ticket: string, url: string): string =>
  createHash('sha1').update(`jsapi_ticket=${ticket}&noncestr=n&timestamp=1&url=${url}`).digest('hex')

it('lets the app’s own page in by the app’s ticket, and by the corp’s ticket for config', () => {
  expect(t.sandbox.checkJssdk(good)).toBeNull()
  const { agentId: _agentId, ...rest } = good
  expect(t.sandbox.checkJssdk({ ...rest, kind: 'corp', signature: signed(corpTicket, good.url) })).toBeNull()
})

it.each<[string, () => Partial<JssdkClaim>, string]>([
  ['another page', () => ({ url: `${good.url}&x=1` }), '40093'],
  ['the other ticket', () => ({ signature: signed(corpTicket, good.url) }), '40093'],
  ['another time', () => ({ timestamp: '2' }), '40093'],
  ['another corp', () => ({ corpId: 'wwother' }), 'corpid'],
  ['another app', () => ({ agentId: '1' }), 'agentid'],
  ['another domain', () => ({ url: 'https://evil.example/sidebar/' }), 'domain'],
])('refuses %s', (_name, change, why) => {
  expect(t.sandbox.checkJssdk({ ...good, ...change() })).toContain(why)
})

it('puts the client of now into the page: its version and when its bridge comes', async () => {
  t.sandbox.setClient({ version: '3.0.16', injectedAfterMs: 700 })
  const script = await (await fetch(`${t.url}/_sandbox/client.js`)).text()
  expect(script).toContain('{"version":"3.0.16","injectedAfterMs":700}')
  expect(t.sandbox.setClient().injectedAfterMs).toBe(0)
})
