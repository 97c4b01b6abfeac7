import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { alertsProgram } from '../../../cli/alerts.ts'
import { sopProgram } from '../../../cli/sop.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { runCommand } from '../../../testing/run-command.ts'
import { openSopScene, type SopScene } from '../testing/sop-scene.ts'

const GREET = `
sop: greet
name: 打招呼
trigger: customer.added
steps:
  - task: { for: guide, title: 打个招呼 }
  - message: { text: 牛排节到了, within: 10h }
  - wait: 3d
`

let t: SopScene
afterEach(() => t.close())

const sop = (...words: string[]) => runCommand(sopProgram, words, t)
const pending = () => t.sandbox.pendingMassSends('zhangsan').length
const moments = async () => {
  for (let round = 0; round < 4; round++) await t.advance(5 * SECOND_MS)
}
const headline = async () => (await sop('versions', 'greet')).out.split('\n')[0]
const log = async () =>
  (await t.rawRows<{ what: string; by_whom: string | null }>('SELECT what, by_whom FROM sop_release ORDER BY seq')).map(
    ({ what, by_whom }) => `${what} ${by_whom ?? ''}`.trim(),
  )

it('sop stop: nobody enters, who is inside leaves, what the guide was asked for is taken back at WeCom; twice is once', async () => {
  t = await openSopScene({ sop: GREET })
  const handed = await t.scan({ state: 'store-code' })
  for (let minute = 0; minute < 4; minute++) await t.advance(MINUTE_MS)
  const waiting = await t.scan({ state: 'store-code' })
  expect(pending()).toBe(1)

  const { code, out } = await sop('stop', 'greet', '--by', '王店长', '--note', '价格错了')
  expect([code, out]).toEqual([
    0,
    '现在：没有人进，已停止，里面的人退出；重新放出去：npm run -s sop -- release greet\n服务几秒内就会照做。',
  ])
  expect((await sop('stop', 'greet')).code).toBe(1)
  // In the same breath the file is deleted, too.
  rmSync(join(t.configDir, 'sop/first.yaml'))
  await t.huoshui.rules.check()
  await moments()
  for (const id of [handed, waiting]) {
    expect((await t.journey(id)).state).toBe('left')
    expect((await t.tasksAbout(id)).map(({ state }) => state)).toEqual(['dropped'])
  }
  await t.advance(3 * MINUTE_MS)
  expect([pending(), t.sandbox.calls('externalcontact/add_msg_template').length]).toEqual([0, 1])
  expect((await t.outcomes(handed))[1]).toBe('群发「打招呼 第 2 步」未送达：SOP 已由人停止')
  expect((await t.outcomes(waiting))[1]).toBe('没有群发：SOP 已由人停止，旅程已结束')

  expect(await t.journeys(await t.scan({ state: 'store-code' }))).toEqual([])
  await t.advance(2 * MINUTE_MS)
  expect(await log()).toEqual([expect.stringMatching(/^published/), 'halted 王店长', 'removed'])
  t.writeConfig({ 'sop/first.yaml': GREET })
  await t.huoshui.rules.check()
  expect(await t.journeys(await t.scan({ state: 'store-code' }))).toEqual([])
  expect((await sop('release', 'greet', '--by', '王店长')).code).toBe(0)
  await t.advance(SECOND_MS)
  expect((await t.journey(await t.scan({ state: 'store-code' }))).state).toBe('active')
  await t.advance(2 * MINUTE_MS)
  expect(await t.rawRows(`SELECT id FROM sop_entry WHERE state = 'active'`)).toHaveLength(1)
})

it('deletion, return and switching off are on the log, and the headline is true', async () => {
  t = await openSopScene({ sop: GREET })
  const write = async (text: string) => {
    t.writeConfig({ 'sop/first.yaml': text })
    await t.huoshui.rules.check()
  }
  rmSync(join(t.configDir, 'sop/first.yaml'))
  await t.huoshui.rules.check()
  expect(await headline()).toMatch(/^现在：没有人进，规则里已经没有这条 SOP/)
  await write(GREET)
  expect(await headline()).toMatch(/^现在：新客户都进 /)
  await write(`${GREET}enabled: false\n`)
  expect(await headline()).toMatch(/^现在：没有人进，文件里写了 enabled: false/)
  await write(GREET)
  expect(await headline()).toMatch(/^现在：新客户都进 /)
  const lines = (await log()).map((line) => line.split(' ')[0])
  expect(lines).toEqual(['published', 'removed', 'returned', 'disabled', 'published'])
})

it('a journey that disappears with people inside is an alert until it is back', async () => {
  t = await openSopScene({ sop: GREET })
  await t.scan({ state: 'store-code' })
  const alerts = async () => (await runCommand(alertsProgram, [], t)).out
  rmSync(join(t.configDir, 'sop/first.yaml'))
  await t.huoshui.rules.check()
  await t.advance(MINUTE_MS)
  expect(await alerts()).toContain('规则里已经没有 SOP「greet」，里面还有 1 人，会按原来的版本走完')
  t.writeConfig({ 'sop/first.yaml': GREET })
  await t.huoshui.rules.check()
  await t.advance(MINUTE_MS)
  expect(await alerts()).not.toContain('greet')
})
