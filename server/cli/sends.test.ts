import { afterEach, beforeEach, expect, test } from 'vitest'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import { SEND_RECIPIENT } from '../operations/mass-send/send-tables.ts'
import { openSendScene, type SendScene } from '../operations/mass-send/testing/send-scene.ts'
import { runCommand } from '../testing/run-command.ts'
import { sendsProgram } from './sends.ts'

let scene: SendScene
beforeEach(async () => {
  scene = await openSendScene()
})
afterEach(() => scene.close())

const run = (...words: string[]) => runCommand(sendsProgram, words, scene)

test('plan: who would get it and who not, and nothing is written or sent', async () => {
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.befriend('lisi', 'wmC')
  await scene.db.tx((tx) =>
    tx.insertIgnore(
      SEND_RECIPIENT,
      Array.from({ length: 30 }, (_, i) => ({
        run_id: 1_000 + i,
        external_userid: 'wmB',
        outcome: 'sent',
        outcome_at: scene.clock.now(),
      })),
    ),
  )
  const { code, out } = await run('plan', '周三福利日')
  expect(code).toBe(0)
  expect(out.split('\n')).toEqual([
    '「周三福利日」如果现在发：2 位客户，2 位导购各自确认。（只是预演，什么都没有发）',
    '',
    '按导购：',
    '  张三（zhangsan）：1 位',
    '  李四（lisi）：1 位',
    '',
    '会排除：',
    expect.stringMatching(/^ {2}本月群发次数已满（30\/30）：1 位，如 .+（wmB）$/),
  ])
  expect(await scene.rawRows('SELECT id FROM send_run')).toEqual([])
  expect(await scene.rawRows(`SELECT id FROM action WHERE kind = 'mass-send.create'`)).toEqual([])
})

test('list and show: next time, results so far, who still has to confirm', async () => {
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.befriend('lisi', 'wmC')
  await scene.advance(MINUTE_MS)
  await scene.confirmAll('zhangsan')
  await scene.advance(2 * MINUTE_MS)
  expect((await run('list')).out.split('\n')).toEqual([
    '定时群发：',
    '  「周三福利日」  下次 2026-12-02 10:00',
    '',
    '最近的群发：',
    '  #1  2026-11-25 10:00  「周三福利日」  进行中：等待 1，已送达 2',
    '',
    '等导购在企业微信里确认：',
    '  李四（lisi）：1 条，1 位客户',
  ])
  expect((await run('show', '1')).out.split('\n')).toEqual([
    '#1  2026-11-25 10:00  「周三福利日」  进行中：等待 1，已送达 2',
    '',
    '按导购：',
    '  李四（lisi）  1 位  等待导购确认或结果：等待 1',
    '  张三（zhangsan）  2 位  已结束：已送达 2',
    '      2026-11-25 10:00 确认',
  ])
})

test('what is not there is said, with what there is', async () => {
  expect(await run('plan', '周四')).toEqual({ code: 1, out: '', err: '没有叫「周四」的群发。有：「周三福利日」' })
  expect(await run('show', '7')).toEqual({ code: 1, out: '', err: '没有编号 7 的群发，先用 list 查。' })
  scene.writeConfig({ 'sends/bad.yaml': 'send: 坏的\n' })
  expect((await run('plan', '周三福利日')).err).toMatch(/^规则有 \d+ 处错误，先运行 npm run -s sop -- check /)
})

test('wrong use is 2 and shows how', async () => {
  for (const words of [[], ['send'], ['show'], ['show', 'x'], ['plan'], ['plan', 'a', 'b'], ['list', 'x']]) {
    const { code, err } = await run(...words)
    expect([code, err.includes('用法')]).toEqual([2, true])
  }
})
