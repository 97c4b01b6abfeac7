import { afterEach, expect, test } from 'vitest'
import { campaignsProgram } from '../../cli/campaigns.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import { runCommand } from '../../testing/run-command.ts'
import { approveRun } from './approve-run.ts'
import { holdSends } from './hold-sends.ts'
import { at, heard, openCampaignScene } from './testing/campaign-scene.ts'
import type { GroupScene } from './testing/group-scene.ts'

const opened: Pick<GroupScene, 'close'>[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const DINNER = `
campaign: 家宴
date: "2026-11-28"
audience: { follow.active: true }
groups: { group.pool: 付费群 }
steps:
  - { step: 备货, day: -2, at: "10:00", duty: { title: 看库存, who: [lisi] } }
  - { step: 预热, day: -2, at: "11:00", send: { text: 后天开始 } }
  - { step: 群预告, day: -1, at: "19:00", groupSend: { text: 明天开始 } }
  - { step: 当天, day: 0, at: "10:00", send: { text: 今天开始 } }
  - { step: 上新, day: 0, at: "12:00", moment: { text: 家宴专场 } }
  - { step: 布置, day: 1, at: "09:30", duty: { title: 换群公告 } }
  - { step: 收尾, day: 2, at: "10:00", send: { text: 今晚截止 } }
`
const on = (date: string, text = DINNER): string => text.replace('2026-11-28', date)

async function open(campaign = DINNER, config: Record<string, string> = {}) {
  const scene = await openCampaignScene(campaign, config)
  opened.push(scene)
  return scene
}
const dutiesOf = async (scene: GroupScene): Promise<string[]> =>
  (await scene.rawRows<{ userid: string; title: string }>('SELECT userid, title FROM duty ORDER BY id')).map(
    ({ userid, title }) => `${userid} ${title}`,
  )

test('before, on the day and after: each step once at its time, moved in the middle, told twice, another process at every stage', async () => {
  const scene = await open()
  await scene.open({ 付费群1: 'zhangsan' })
  await scene.befriend('zhangsan', 'wmA')
  const news = heard(scene)
  const told: string[] = []
  let written = DINNER
  const stage = async (time: string): Promise<void> => {
    // What was there is gone; the one that comes finds only what is stored, and hears everything again.
    const process = await scene.after(written)
    opened.push(process)
    scene.sandbox.redeliver()
    await at(process, time)
    told.push(...news())
    await scene.confirmAll('zhangsan')
  }
  await stage('2026-11-26 10:01')
  await stage('2026-11-26 11:01')
  // The whole is put off by three days when two of its steps are out.
  written = on('2026-12-01')
  for (const time of ['11-27 19:01', '11-28 10:01', '11-28 12:01', '11-29 10:01', '11-29 11:01', '11-30 10:01'])
    await stage(`2026-${time}`)
  expect(told).toEqual(['11-26 11:02 zhangsan 后天开始 wmA'])
  for (const time of ['11-30 19:01', '12-01 10:01', '12-01 12:01', '12-02 09:31', '12-03 10:01'])
    await stage(`2026-${time}`)
  // Moved once more when everything is out: nothing of it comes again.
  written = on('2026-12-08')
  for (const time of ['12-06 11:01', '12-07 19:01', '12-08 10:01', '12-08 12:01', '12-09 09:31', '12-10 10:01'])
    await stage(`2026-${time}`)
  expect(told).toEqual([
    '11-26 11:02 zhangsan 后天开始 wmA',
    '11-30 19:02 zhangsan 明天开始 wr-付费群1',
    '12-01 10:02 zhangsan 今天开始 wmA',
    '12-01 12:02 朋友圈 家宴专场',
    '12-03 10:02 zhangsan 今晚截止 wmA',
  ])
  expect(await dutiesOf(scene)).toEqual(['lisi 看库存', 'zhangsan 换群公告'])
}, 240_000)

test('who has bought since its first message gets no more of it, also when the rest is moved behind; others do', async () => {
  const scene = await open(`${DINNER}dropOut: { bought: true }\n`)
  await scene.befriend('zhangsan', 'wmA', 'wmB', 'wmC')
  const buy = async (externalUserId: string, paidAt: string): Promise<void> => {
    await scene.sandbox.order({
      orderId: `o-${externalUserId}`,
      externalUserId,
      totalFen: 9_900,
      paidAt,
      status: 'paid',
    })
    await scene.settle()
  }
  await buy('wmB', '2026-11-24T10:00:00+08:00')
  const news = heard(scene)
  await at(scene, '2026-11-26 11:01')
  expect(news()).toEqual(['11-26 11:02 zhangsan 后天开始 wmA wmB wmC'])
  await scene.confirmAll('zhangsan')
  await buy('wmC', '2026-11-26T12:00:00+08:00')
  await scene.write(on('2026-12-08', `${DINNER}dropOut: { bought: true }\n`))
  await at(scene, '2026-12-08 10:01')
  expect(news()).toEqual(['12-08 10:02 zhangsan 今天开始 wmA wmB'])
  const why = '「家宴」开始以后已经下单，后面的不再发'
  expect(await scene.rawRows('SELECT external_userid, reason FROM send_recipient WHERE reason IS NOT NULL')).toEqual([
    { external_userid: 'wmC', reason: why },
  ])
})

test('the same people are held out of every step, and the report has each step beside what was foreseen and what was ordered', async () => {
  const scene = await open(`${DINNER}holdOut: { percent: 50, days: 3 }\n`)
  const people = Array.from({ length: 8 }, (_, n) => `wm${n}`)
  await scene.befriend('zhangsan', ...people)
  const asked = people.filter((id) => drawPoint('campaign:家宴', id) * 100 >= 50)
  const heldOut = people.filter((id) => !asked.includes(id))
  expect([asked.length > 1, heldOut.length > 1]).toEqual([true, true])
  const news = heard(scene)
  await at(scene, '2026-11-26 10:01')
  await at(scene, '2026-11-26 11:01')
  await scene.confirmAll('zhangsan')
  await at(scene, '2026-11-28 10:01')
  await scene.confirmAll('zhangsan')
  expect(news().map((one) => one.slice('11-26 11:02 zhangsan '.length))).toEqual([
    `后天开始 ${asked.join(' ')}`,
    `今天开始 ${asked.join(' ')}`,
  ])
  const [buyer = '', watched = ''] = [asked[0], heldOut[0]]
  for (const [externalUserId, paidAt] of [
    [buyer, '2026-11-28T11:00:00+08:00'],
    [watched, '2026-11-28T12:00:00+08:00'],
    [heldOut[1] ?? '', '2026-11-26T10:59:59+08:00'],
  ] as const) {
    await scene.sandbox.order({
      orderId: `o-${externalUserId}`,
      externalUserId,
      totalFen: 9_900,
      paidAt,
      status: 'paid',
    })
    await scene.settle()
  }
  await at(scene, '2026-11-28 12:30')
  const { code, out } = await runCommand(campaignsProgram, ['show', '家宴'], scene)
  expect(code).toBe(0)
  const lines = out.split('\n')
  const after = (start: string): string =>
    lines
      .slice(lines.findIndex((line) => line.includes(start)))
      .slice(0, 3)
      .join('\n')
  expect(lines[0]).toBe('活动「家宴」2026-11-28，7 步')
  expect(after('「预热」')).toContain(`2026-11-26 11:00 「预热」 发给客户：#1 `)
  expect(after('「预热」')).toContain(`送达 ${asked.length} 位`)
  expect(after('「预热」')).toMatch(/预计（还没有同名或同类的群发可参考）：送达 \d+ 位/)
  expect(after('「群预告」')).toContain('已过，没有发')
  expect(after('「收尾」')).toContain('2026-11-30 10:00 「收尾」 发给客户：还没到')
  expect(after('「备货」')).toContain('请 1 位员工做，0 位做完')
  const total = lines.slice(lines.findIndex((line) => line.startsWith('整个活动')))
  expect(total[1]).toContain(`对照组 ${heldOut.length} 人，下过单 1 人`)
  expect(total[2]).toContain(`活动的人 ${asked.length} 人，下过单 1 人`)
  const list = await runCommand(campaignsProgram, ['list'], scene)
  expect(list.out).toContain('「家宴」  2026-11-28')
  expect(list.out).toContain('发了 4 步')
})

test('approved and not out yet, or not approved in time: moved it is asked for anew, once', async () => {
  const approved = `${DINNER}approval: 24h\n`
  const scene = await open(approved)
  await scene.befriend('zhangsan', 'wmA')
  const news = heard(scene)
  const runs = () =>
    scene.rawRows<{ id: number; state: string; remark: string | null }>(
      'SELECT id, state, remark FROM send_run ORDER BY id',
    )
  const approve = async (): Promise<void> => {
    const id = (await runs()).at(-1)?.id ?? 0
    await scene.db.tx((tx) => approveRun(tx, id, { by: '王五', nowMs: scene.clock.now() }))
    await at(scene, '2026-11-25 12:05')
  }
  await at(scene, '2026-11-25 12:00')
  await approve()
  expect((await runs()).map(({ state }) => state)).toEqual(['running'])
  await scene.write(on('2026-11-29', approved))
  expect((await runs()).map(({ state, remark }) => [state, remark])).toEqual([
    ['cancelled', '活动改了时间，到新的时间重新请人批准'],
  ])
  await at(scene, '2026-11-26 11:30')
  expect(news()).toEqual([])
  // Nobody says yes: at the time of 27 November nothing goes out.
  await at(scene, '2026-11-27 12:10')
  expect((await runs()).map(({ state }) => state).slice(0, 2)).toEqual(['cancelled', 'cancelled'])
  expect(news()).toEqual([])
  await scene.write(on('2026-12-05', approved))
  await at(scene, '2026-12-02 11:30')
  const waiting = (
    await scene.rawRows<{ id: number }>("SELECT id FROM send_run WHERE state = 'awaiting' AND send_name = '家宴·预热'")
  )[0]
  await scene.db.tx((tx) => approveRun(tx, waiting?.id ?? 0, { by: '王五', nowMs: scene.clock.now() }))
  await at(scene, '2026-12-03 11:01')
  expect(news()).toEqual(['12-03 11:02 zhangsan 后天开始 wmA'])
})

test('what may have gone out before a restore does not come when the campaign is moved afterwards; what was missed does', async () => {
  const scene = await open()
  await scene.befriend('zhangsan', 'wmA')
  const { sends } = scene.huoshui.rules.current()
  const untilMs = Date.parse('2026-11-26T12:00:00+08:00')
  await scene.db.tx((tx) => holdSends(tx, sends.values(), { untilMs, why: '恢复备份' }))
  const news = heard(scene)
  // The server sleeps over the day itself.
  await at(scene, '2026-11-29 08:00')
  await scene.write(on('2026-12-08'))
  for (const time of ['12-06 11:01', '12-08 10:01', '12-10 10:01']) {
    await at(scene, `2026-${time}`)
    await scene.confirmAll('zhangsan')
  }
  expect(news().map((one) => one.slice('12-08 10:02 '.length))).toEqual([
    'zhangsan 今天开始 wmA',
    'zhangsan 今晚截止 wmA',
  ])
})

test('a step that has gone out and is moved keeps no place for itself', async () => {
  const plain = `campaign: 大促
date: "2026-11-26"
audience: { follow.active: true }
priority: 90
steps: [{ step: 当天, day: 0, at: "10:00", send: { text: 大促 } }]
`
  const policy = { 'policy.yaml': 'contactsPerCustomer: { most: 1, days: 2 }\n' }
  const scene = await open(plain, policy)
  await scene.befriend('zhangsan', 'wmA')
  // The welcome counts on the day before.
  await at(scene, '2026-11-27 08:00')
  await scene.write(plain.replace('2026-11-26', '2026-11-29'))
  await at(scene, '2026-11-29 10:01')
  await scene.confirmAll('zhangsan')
  const daily = 'send: 日常\naudience: { follow.active: true }\ncontent: { text: 日常 }\nat: "2026-12-05 10:00"\n'
  scene.writeConfig({ 'sends/sends.yaml': daily })
  await scene.write(plain.replace('2026-11-26', '2026-12-06'))
  const news = heard(scene)
  news()
  await at(scene, '2026-12-05 10:01')
  expect(news()).toEqual(['12-05 10:02 zhangsan 日常 wmA'])
})
