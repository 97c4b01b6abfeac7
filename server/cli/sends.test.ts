import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { SEND_RECIPIENT } from '../operations/mass-send/send-tables.ts'
import { openSendScene, type SendScene, WELFARE_DAY } from '../operations/mass-send/testing/send-scene.ts'
import { runCommand } from '../testing/run-command.ts'
import { sendsProgram } from './sends.ts'

let scene: SendScene
beforeEach(async () => {
  scene = await openSendScene()
})
afterEach(() => scene.close())

const run = (...words: string[]) => runCommand(sendsProgram, words, scene)
const runAs = (operator: string, ...words: string[]) => runCommand(sendsProgram, words, scene, { operator })

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
    '      下个月再发',
  ])
  expect(await scene.rawRows('SELECT id FROM send_run')).toEqual([])
  expect(await scene.rawRows(`SELECT id FROM action WHERE kind = 'mass-send.create'`)).toEqual([])
})

test('plan without a name: every send that is on, each as it is alone', async () => {
  scene.writeConfig({
    'sends/sends.yaml': `${WELFARE_DAY}---\n${WELFARE_DAY.replace('周三福利日', '周四上新')}---\n${WELFARE_DAY.replace('周三福利日', '停了的')}enabled: false\n`,
  })
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  const one = await run('plan', '周四上新')
  expect(one.out).toContain('「周四上新」如果现在发：2 位客户，1 位导购各自确认。')
  const all = await run('plan')
  expect([all.code, all.out]).toEqual([0, `${(await run('plan', '周三福利日')).out.trimEnd()}\n\n${one.out}`])
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
    '预计（还没有同名或同类的群发可参考）：送达 2 位，7 天内下单 0.0 位；实际：送达 2 位，7 天内下单 0 位（7 天还没过完）',
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
  for (const words of [[], ['send'], ['show'], ['show', 'x'], ['plan', 'a', 'b'], ['list', 'x']]) {
    const { code, err } = await run(...words)
    expect([code, err.includes('用法')]).toEqual([2, true])
  }
})

test('approve: by somebody else than who wrote the rule, once, while there is something to approve', async () => {
  const watched = {
    'sends/sends.yaml': WELFARE_DAY.replace('cron: "0 10 * * 3"', 'at: "2026-11-26 10:00"\napproval: 3d'),
  }
  await scene.befriend('zhangsan', 'wmA')
  expect((await run('approve', '1')).err).toBe('没有编号 1 的群发，先用 list 查。')
  scene.writeConfig(watched)
  scene.writeConfig({ '.author': '周敏\n' })
  await scene.huoshui.rules.check()
  await scene.advance(MINUTE_MS)
  expect((await run('show', '1')).out).toContain('等另一个人批准：npm run -s sends -- approve 1')
  expect(await runAs('周敏', 'approve', '1')).toEqual({
    code: 1,
    out: '',
    err: '「周三福利日」这一版规则是 周敏 写的，要由另一个人批准。',
  })
  expect((await runAs('孙经理', 'approve', '#1')).out).toBe(
    '#1「周三福利日」已由 孙经理 批准：2026-11-26 10:00 请导购确认，发给 1 位客户。反悔用 cancel 1。',
  )
  expect((await runAs('孙经理', 'approve', '1')).err).toBe('#1「周三福利日」已经由 孙经理 在 2026-11-25 10:00 批准过。')
  await scene.advance(MINUTE_MS)
  expect((await run('show', '1')).out).toContain('2026-11-25 10:00 由 孙经理 批准')
  expect((await run('cancel', '1')).code).toBe(0)
  expect((await runAs('孙经理', 'approve', '1')).err).toContain('已经由 孙经理')
})

test('cancel: a send that waits for its yes, and nobody is asked any more', async () => {
  await scene.befriend('zhangsan', 'wmA')
  scene.writeConfig({
    'sends/sends.yaml': WELFARE_DAY.replace('cron: "0 10 * * 3"', 'at: "2026-11-26 10:00"\napproval: 3d'),
  })
  await scene.huoshui.rules.check()
  await scene.advance(MINUTE_MS)
  const asked = () =>
    scene.rawRows("SELECT alert_key FROM alert WHERE alert_key LIKE 'send-approval%' AND resolved_at IS NULL")
  expect(await asked()).toHaveLength(1)
  expect((await run('cancel', '周三福利日')).code).toBe(0)
  expect(await asked()).toEqual([])
  expect((await runAs('孙经理', 'approve', '1')).err).toBe('#1「周三福利日」已取消，没有要批准的。')
})

test('preview: what one customer will read, and from whom; nothing is sent', async () => {
  await scene.befriend('zhangsan', 'wmA')
  const text = '我是{导购名}，今天西冷第二件半价'
  scene.writeConfig({ 'sends/sends.yaml': WELFARE_DAY.replace('今天西冷第二件半价', text) })
  expect((await run('preview', '周三福利日', 'wmA')).out.split('\n')).toEqual([
    '「周三福利日」由 张三（zhangsan） 发：',
    '',
    '我是张三，今天西冷第二件半价',
  ])
  await scene.sandbox.deleteGuide({ externalUserId: 'wmA', userId: 'zhangsan' })
  await scene.settle()
  expect((await run('preview', '周三福利日', 'wmA')).err).toBe('这位客户没有在跟进的导购，收不到群发。')
  expect(await scene.rawRows('SELECT id FROM send_run')).toEqual([])
})

test('effect: both sides beside each other once the days are over; without a hold-out nothing can be said', async () => {
  await scene.befriend('zhangsan', 'wmA', 'wmB', 'wmC', 'wmD')
  await scene.advance(MINUTE_MS)
  expect((await run('effect', '1')).err).toContain('没有对照组，说不出它带来了什么')
  scene.writeConfig({
    'sends/sends.yaml': WELFARE_DAY.replace('周三福利日', '大促').replace(
      'cron: "0 10 * * 3"',
      'at: "2026-11-25 10:05"\nholdOut: { percent: 50, days: 2 }',
    ),
  })
  await scene.huoshui.rules.check()
  for (let minute = 0; minute < 6; minute++) await scene.advance(MINUTE_MS)
  const early = await run('effect', '2')
  expect(early.out).toContain('2 天到 2026-11-27 10:05 才过完，先不比')
  expect(early.out).toMatch(/对照组 {2}分到 [1-3] 人，满期限 0 人/)
  scene.clock.advance(2 * DAY_MS)
  const late = await run('effect', '2')
  expect(late.out).toMatch(/群发的人 {2}分到 [1-3] 人，满期限 [1-3] 人，达成 0 人/)
  expect(late.out).toContain('每人订单：对照组 0.00 单，群发的人 0.00 单')
  expect((await run('effect', '3')).err).toBe('没有编号 3 的群发，先用 list 查。')
})

test('try: named members read the last words in their own name, once each; no customer gets anything', async () => {
  scene.writeConfig({
    'policy.yaml': 'links: { 新品: { url: "https://shop.example.cn/new" } }\n',
    'sends/sends.yaml': WELFARE_DAY.replace('今天西冷第二件半价', '"{导购名}：今天西冷第二件半价 {链接:新品}"'),
  })
  await scene.befriend('zhangsan', 'wmA')
  await scene.befriend('lisi', 'wmB')
  const { code, out } = await run('try', '周三福利日', '张三，lisi,zhangsan')
  expect([code, out.trimEnd()]).toEqual([
    0,
    '「周三福利日」的正文会发给 张三（zhangsan）、李四（lisi），附件只写名字；客户什么都收不到。',
  ])
  await scene.settle()
  const told = scene.sandbox.calls('message/send').map(({ body }) => {
    const { touser, text } = body as { touser: string; text: { content: string } }
    return `${touser} ${text.content}`
  })
  const words = (name: string): string =>
    `【试发】群发「周三福利日」，只有您看得到：\n${name}：今天西冷第二件半价 https://shop.example.cn/new（11-25 09:59）`
  expect(told.toSorted()).toEqual([`lisi ${words('李四')}`, `zhangsan ${words('张三')}`])
  expect(scene.created()).toEqual([])
  expect((await run('try', '周三福利日', '，')).err).toContain('写 1 到 20 位成员')
  expect((await run('try', '周三福利日', '王二')).err).toContain('没有姓名或账号是「王二」的成员')
})

test('try: what one message of the app does not hold is read in several, to the last word and the attachments', async () => {
  const lines = Array.from({ length: 40 }, (_, nth) => `第${nth + 1}行：${'西冷'.repeat(12)}🥩`)
  const attachments = 'attachments: [ { link: { title: 新品, url: "https://shop.example.cn/new" } } ]'
  scene.writeConfig({
    'sends/sends.yaml': WELFARE_DAY.replace(
      '今天西冷第二件半价',
      `${JSON.stringify(lines.join('\n'))}\n  ${attachments}`,
    ),
  })
  await scene.befriend('zhangsan', 'wmA')
  const { out, err } = await run('try', '周三福利日', '张三')
  expect(err).toBe('')
  expect(out.trimEnd()).toBe('「周三福利日」的正文会分 2 条发给 张三（zhangsan），附件只写名字；客户什么都收不到。')
  for (let seconds = 0; seconds < 10; seconds += 5) await scene.advance(5_000)
  await scene.settle()
  const told = scene.sandbox
    .calls('message/send')
    .map(({ body }) => (body as { text: { content: string } }).text.content)
  expect(told).toHaveLength(2)
  for (const [nth, text] of told.entries()) {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2_048)
    expect(text).toMatch(new RegExp(`^【试发】群发「周三福利日」（${nth + 1}/2），只有您看得到：\n`))
    expect(text).not.toContain('…')
  }
  const read = told.flatMap((text) =>
    text
      .replace(/（11-25 \d\d:\d\d）$/, '')
      .split('\n')
      .slice(1),
  )
  expect(read.slice(0, 40)).toEqual(lines)
  expect(read.slice(40).join('\n')).toContain('新品')
})
