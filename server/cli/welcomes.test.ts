import { afterEach, beforeEach, expect, it } from 'vitest'
import { DAY_MS, SECOND_MS } from '../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'
import { runCommand } from '../testing/run-command.ts'
import { welcomesProgram } from './welcomes.ts'

const SEND = 'externalcontact/send_welcome_msg'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: { 'welcomes/欢迎.yaml': 'welcome: 欢迎\ndefault: true\ntext: 您好\n' } })
})
afterEach(() => t.close())

async function meet(
  externalUserId: string,
  fault?: { errcode?: number; http?: number; seconds?: number },
): Promise<void> {
  const { seconds = 2, ...rest } = fault ?? {}
  if (fault !== undefined) t.sandbox.faults.set({ path: SEND, ...rest })
  await t.sandbox.scan({ userId: 'zhangsan', externalUserId, name: externalUserId.slice(2) })
  for (let second = 0; second < seconds; second++) await t.advance(SECOND_MS)
  t.sandbox.faults.clear()
  await t.advance(SECOND_MS)
}
const run = (...words: string[]) => runCommand(welcomesProgram, ['late', ...words], t)

it('lists the welcomes that were refused, too late or slow, with the reason; what went out at once is none of them', async () => {
  expect(await run()).toEqual({ code: 0, out: '近 7 天的欢迎语都在 5 秒内发出去了。', err: '' })
  await meet('wmOld', { errcode: 40058 })
  await t.advance(8 * DAY_MS)
  await meet('wmFine')
  await meet('wmTaken', { errcode: 41051 })
  await meet('wmRefused', { errcode: 40058 })
  await meet('wmLate', { errcode: 41096, seconds: 25 })
  await meet('wmSlow', { errcode: 41096, seconds: 8 })
  await meet('wmUnsure', { http: 502, seconds: 25 })
  const { code, out } = await run()
  expect(code).toBe(1)
  const lines = out.split('\n').map((line) => line.trim().split(/ {2,}/))
  expect(lines[0]).toEqual(['近 7 天没有发出去或超过 5 秒才到的欢迎语 4 条，新的在前：'])
  expect(lines.slice(2).map(([, ...cells]) => cells)).toEqual([
    ['Unsure', 'wmUnsure', '张三', '不确定发没发', expect.stringContaining('可能已发出')],
    ['Slow', 'wmSlow', '张三', '发了，但是慢', expect.stringMatching(/^用时 ([89]|1\d)\.\d 秒$/)],
    ['Late', 'wmLate', '张三', '太晚，没发', expect.stringContaining('超过 20 秒')],
    ['Refused', 'wmRefused', '张三', '没发成', expect.any(String)],
  ])
  const json = JSON.parse((await run('30', '--slow', '20', '--json')).out)
  expect(json.welcomes.map((one: { externalUserId: string }) => one.externalUserId)).toEqual([
    'wmUnsure',
    'wmLate',
    'wmRefused',
    'wmOld',
  ])
  expect((await run('--csv')).out.split('\r\n')).toHaveLength(5)
})
