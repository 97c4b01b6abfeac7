import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultRule } from '../../../sandbox/fault-rule.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../build-test-app.ts'

/** What a customer gets when the platform misbehaves, seen through the whole server. */
const config = {
  'channels/c.yaml': `
channel: 包裹卡
state: parcel-card
guides: [zhangsan]
tags: [来源/包裹卡]
`,
  'tags.yaml': `
tags:
  - group: 来源
    names: [包裹卡]
`,
  'welcomes/w.yaml': `
welcome: 默认欢迎语
default: true
text: 您好，欢迎来到牧野。
`,
}
const WELCOME = 'externalcontact/send_welcome_msg'
const TAG = 'externalcontact/mark_tag'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config })
  await t.advance(10 * SECOND_MS)
})
afterEach(() => t.close())

const welcomesOf = (externalUserId: string): number =>
  t.sandbox.messagesOf(externalUserId).filter((message) => message.via === 'welcome').length
const tagsOf = async (externalUserId: string): Promise<string[]> => {
  const rows = await t.rawRows<{ name: string }>(
    'SELECT c.tag_name AS name FROM follow_tag f JOIN corp_tag c ON c.tag_id = f.tag_id WHERE f.external_userid = ?',
    [externalUserId],
  )
  return rows.map((row) => row.name)
}
const marked = (externalUserId: string): number =>
  t.sandbox
    .calls(TAG)
    .filter((call) => call.errcode === 0)
    .filter((call) => (call.body as { external_userid?: string }).external_userid === externalUserId).length

const faults: [string, FaultRule][] = [
  ['HTTP 500', { http: 500 }],
  ['HTTP 502 with a page', { http: 502, html: true }],
  ['a page with HTTP 200', { html: true }],
  ['an ended token', { invalidToken: true }],
  ['-1, busy', { errcode: -1 }],
]

describe('a platform that misbehaves for a moment', () => {
  it.each(faults)(
    '%s: the welcome still goes out within its 20 seconds, the tag after it, both once',
    async (_name, rule) => {
      for (const path of [WELCOME, TAG, 'externalcontact/get']) t.sandbox.faults.set({ ...rule, path, times: 2 })
      const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card', name: '小满' })
      await t.settle()
      for (let second = 0; second < 5; second++) await t.advance(SECOND_MS)
      expect(welcomesOf(externalUserId)).toBe(1)
      for (let minute = 0; minute < 5; minute++) await t.advance(MINUTE_MS)
      expect(await tagsOf(externalUserId)).toEqual(['包裹卡'])
      expect(marked(externalUserId)).toBe(1)
      expect(welcomesOf(externalUserId)).toBe(1)
      expect(await t.rawRows('SELECT name FROM customer WHERE external_userid = ?', [externalUserId])).toEqual([
        { name: '小满' },
      ])
    },
  )

  it('hanging: the call is given up, the callback was answered long before, and the welcome goes out in the next try', async () => {
    t.sandbox.faults.set({ path: WELCOME, hangMs: 6_000, http: 504, times: 1 })
    const began = performance.now()
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.sandbox.settle()
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(t.sandbox.callbackLog().at(-1)).toMatchObject({ delivered: true, tries: 1 })
    await t.settle()
    await t.advance(2 * SECOND_MS)
    expect(welcomesOf(externalUserId)).toBe(1)
    expect(performance.now() - began).toBeLessThan(6_000)
  })

  it('for everybody and everything: callbacks are still taken, and all is made up for afterwards', async () => {
    t.sandbox.faults.set({ http: 503 })
    const { externalUserId } = await t.sandbox.scan({ state: 'parcel-card' })
    await t.settle()
    expect(t.sandbox.callbackLog().at(-1)).toMatchObject({ delivered: true, tries: 1 })
    for (let second = 0; second < 30; second++) await t.advance(SECOND_MS)
    t.sandbox.faults.clear()
    for (let minute = 0; minute < 10; minute++) await t.advance(MINUTE_MS)
    expect(await tagsOf(externalUserId)).toEqual(['包裹卡'])
    expect(marked(externalUserId)).toBe(1)
    const [told] = await t.timelineOf(externalUserId, 'welcome.ended')
    expect(told).toContain('20 秒')
  })
})
