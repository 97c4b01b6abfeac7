import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { actionsProgram } from '../../cli/actions.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { SLOTS } from '../../engine/actions/slots.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [zhangsan]\ntags: [来源/包裹卡]\n',
  'tags.yaml': 'tags:\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}
const MARK = 'externalcontact/mark_tag'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({ config: CONFIG })
})
afterEach(() => t.close())

const eta = async () => (await runCommand(actionsProgram, ['eta'], t)).out
const scan = () => t.sandbox.scan({ userId: 'zhangsan', state: 'parcel-card' })
const marksSent = (): number => t.sandbox.calls(MARK).length

describe('actions that wait for a limit', () => {
  it('are told with the time at which they will be done and what they wait for, on the command line and in the metrics', async () => {
    expect(await eta()).toBe('没有排队的动作。')
    await scan()
    await t.advance(6 * SECOND_MS)
    t.sandbox.faults.set({ path: MARK, errcode: 45009, times: 1 })
    for (let customer = 0; customer < 5; customer++) await scan()
    await t.settle()
    expect(await eta()).toMatch(
      /^排队的动作共 (\d) 个\n\n打标签（tag\.mark） {2}\1 个 {2}约 2026-11-22 09:01 做完（1 分钟内） {2}企业微信暂时拒绝了接口，解除后继续（\/cgi-bin\/externalcontact\/mark_tag）$/,
    )
    const metrics = await (await fetch(`${t.url}/metrics`)).text()
    expect(metrics).toMatch(/^huoshui_eta_seconds\{kind="tag\.mark",lane="event"\} (59|60|61)$/m)
    await t.advance(MINUTE_MS + SECOND_MS)
    await t.advance(SECOND_MS)
    expect(await eta()).toBe('没有排队的动作。')
  })

  it('are not claimed one by one to find out that they must wait, and other endpoints go on', async () => {
    t.sandbox.faults.set({ path: MARK, errcode: 45009, times: 1 })
    const customers = 4 * SLOTS.event
    for (let customer = 0; customer < customers; customer++) await scan()
    await t.settle()
    expect(marksSent()).toBeLessThanOrEqual(SLOTS.event)
    // Now all are due at once, and the platform refuses again.
    t.sandbox.faults.set({ path: MARK, errcode: 45009, times: 1 })
    t.clock.advance(61 * SECOND_MS)
    const from = t.clock.now()
    await t.settle()
    const claimed = await t.rawRows<{ n: number }>(
      `SELECT COUNT(*) AS n FROM action WHERE kind = 'tag.mark' AND started_at >= ? AND state = 'waiting'`,
      [from],
    )
    // Those under way when the refusal comes, and those that take their places before it is written down.
    expect(Number(claimed[0]?.n)).toBeLessThanOrEqual(2 * SLOTS.event)
    expect(t.sandbox.calls('send_welcome_msg').filter((call) => call.errcode === 0)).toHaveLength(customers)
    for (let second = 0; second < 125; second += 5) await t.advance(5 * SECOND_MS)
    const waiting = `SELECT COUNT(*) AS n FROM action WHERE kind = 'tag.mark' AND state <> 'done'`
    expect(Number((await t.rawRows<{ n: number }>(waiting))[0]?.n)).toBe(0)
    expect(t.sandbox.calls(MARK).filter((call) => call.errcode === 0)).toHaveLength(customers)
  })
})
