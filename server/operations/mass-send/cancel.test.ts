import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { openSendScene, type SendScene, WELFARE_DAY } from './testing/send-scene.ts'

let scene: SendScene
beforeEach(async () => {
  scene = await openSendScene()
  await scene.befriend('zhangsan', 'wmA')
  await scene.befriend('lisi', 'wmB')
})
afterEach(() => scene.close())

const cancel = (name: string) => runCommand(sendsProgram, ['cancel', name], scene)
const pending = () => ['zhangsan', 'lisi'].flatMap((userId) => scene.sandbox.pendingMassSends(userId)).length
const calls = (name: string) => scene.sandbox.calls(`externalcontact/${name}`).length
const moments = async () => {
  for (let round = 0; round < 3; round++) await scene.advance(5 * SECOND_MS)
}

test('sends cancel: what waits for a guide is taken back at WeCom, what was sent stays sent; twice is once', async () => {
  await scene.advance(MINUTE_MS)
  await scene.confirmAll('zhangsan')
  await scene.advance(MINUTE_MS)
  const first = await cancel('1')
  expect(first).toEqual({
    code: 0,
    out: '#1「周三福利日」已取消：还没有收到的 1 位客户不会收到；1 位导购手里的群发，服务几秒内会请企业微信撤回。\n已经送达的收不回来，用 show 1 看结果。',
    err: '',
  })
  await moments()
  expect([pending(), calls('cancel_groupmsg_send')]).toEqual([0, 1])
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB cancelled'])
  expect(await scene.timeline('wmB')).toEqual(['群发「周三福利日」未送达：已由人取消'])
  expect(await cancel('#1')).toEqual({ code: 1, out: '', err: '#1「周三福利日」已取消，没有可以取消的。' })
  await moments()
  expect(calls('cancel_groupmsg_send')).toBe(1)
})

test('next week goes out again after a cancelled one', async () => {
  await scene.advance(MINUTE_MS)
  await cancel('周三福利日')
  await moments()
  scene.clock.set(Date.parse('2026-12-02T10:00:00+08:00'))
  await moments()
  expect([pending(), calls('add_msg_template')]).toEqual([2, 4])
})

test.each([
  ['the file is deleted', () => rmSync(join(scene.configDir, 'sends/sends.yaml'))],
  ['enabled: false', () => scene.writeConfig({ 'sends/sends.yaml': `${WELFARE_DAY}enabled: false\n` })],
])('%s: nobody gets it any more who has not got it', async (_what, change) => {
  await scene.advance(MINUTE_MS)
  expect(pending()).toBe(2)
  change()
  await scene.huoshui.rules.check()
  await moments()
  await moments()
  expect([pending(), calls('cancel_groupmsg_send')]).toEqual([0, 2])
  expect(await scene.outcomes()).toEqual(['wmA cancelled', 'wmB cancelled'])
})

test('cancelled while nobody knows whether WeCom made the task: looked for, and never made again', async () => {
  scene.sandbox.faults.set({ path: 'externalcontact/add_msg_template', http: 502 })
  await scene.advance(MINUTE_MS)
  const asked = calls('add_msg_template')
  await cancel('1')
  scene.sandbox.faults.clear()
  for (let round = 0; round < 12; round++) await scene.advance(MINUTE_MS)
  expect([pending(), calls('add_msg_template')]).toEqual([0, asked])
  expect(await scene.outcomes()).toEqual(['wmA cancelled', 'wmB cancelled'])
})

test('what is not there, or has ended, is said', async () => {
  expect(await cancel('7')).toMatchObject({ code: 1, err: '没有编号 7 的群发，先用 list 查。' })
  expect(await cancel('周四')).toMatchObject({ code: 1, err: '没有进行中的群发叫「周四」，先用 list 查。' })
})
