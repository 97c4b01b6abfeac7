import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { groupsProgram } from '../../../cli/groups.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { runCommand } from '../../../testing/run-command.ts'
import { type GroupScene, openGroupScene } from '../../mass-send/testing/group-scene.ts'

const opened: GroupScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const CALENDAR = `
calendar: 周历
pools: [付费群]
from: "2026-11-23"
days:
  - theme: 煎法课
    on: 周三
    at: "16:00"
    weeks: [{ text: 今天讲擦干 }]
    host: { who: [zhangsan, lisi], scripts: [先问谁煎, 先晒单], evidence: 几个人接龙, tell: [lisi] }
`
const OFF = 'send: 没有用\nenabled: false\naudience: {}\ncontent: { text: 无 }\nat: "2026-09-01 10:00"\n'

async function open(config: Record<string, string>, now: string): Promise<GroupScene> {
  const scene = await openGroupScene({ now, sends: OFF, config })
  opened.push(scene)
  return scene
}

interface Row {
  userid: string
  title: string
  script: string | null
  group_count: number
  state: string
  outcome: string | null
}
const duties = async (scene: GroupScene): Promise<string[]> =>
  (await scene.rawRows<Row>('SELECT * FROM duty ORDER BY id')).map((one) =>
    [one.userid, one.title, one.script, one.group_count, one.state, one.outcome]
      .filter((part) => part !== null)
      .join(' '),
  )
/** What our app told members: `who: text`. */
const told = (scene: GroupScene, words: string): string[] =>
  scene.sandbox
    .calls('message/send')
    .map(({ body }) => body as { touser: string; text?: { content: string }; markdown?: { content: string } })
    .map(({ touser, text, markdown }) => `${touser}: ${text?.content ?? markdown?.content ?? ''}`)
    .filter((one) => one.includes(words))

async function until(scene: GroupScene, at: string): Promise<void> {
  scene.clock.set(Date.parse(`${at}:30+08:00`))
  for (let round = 0; round < 3; round++) await scene.advance(MINUTE_MS / 2)
}

test('the host of the day is asked an hour before, in turn, once, and the lead hears when it was not done', async () => {
  const scene = await open({ 'calendar/paid.yaml': CALENDAR }, '2026-11-24T20:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi', 科普群1: 'lisi' })
  await until(scene, '2026-11-25T14:57')
  expect(await duties(scene)).toEqual([])
  await until(scene, '2026-11-25T15:00')
  expect(await duties(scene)).toEqual(['zhangsan 主持「煎法课」 先问谁煎 2 open'])
  expect(told(scene, '群务')).toHaveLength(1)
  expect(told(scene, '群务')[0]).toMatch(
    /^zhangsan: .*1 条新待办[\s\S]*群务：主持「煎法课」（「付费群1」「付费群2」）（11月25日 19:00 前）/,
  )
  // Another process, the same minute, and the platform says everything again.
  const second = await scene.again()
  opened.push(second)
  scene.sandbox.redeliver()
  await until(second, '2026-11-25T15:10')
  expect((await duties(scene)).length).toBe(1)
  await until(second, '2026-11-25T18:55')
  expect(told(scene, '没有按时做完')).toEqual([])
  await until(second, '2026-11-25T19:01')
  expect(told(scene, '没有按时做完')).toEqual([
    expect.stringMatching(
      /^lisi: .*没有按时做完「主持「煎法课」」：「付费群1」「付费群2」，要在 11月25日 19:00 前做完/,
    ),
  ])
  // It stays until it is ended; the week after it is the other one's, with the other script.
  await until(second, '2026-12-02T15:01')
  expect(await duties(scene)).toEqual(['zhangsan 主持「煎法课」 先问谁煎 2 open', 'lisi 主持「煎法课」 先晒单 2 open'])
})

test('done in the pane with its line of evidence; whoever cannot has it told to the lead; both once', async () => {
  const scene = await open(
    { 'calendar/paid.yaml': CALENDAR.replace('tell: [lisi]', 'tell: [zhangsan]') },
    '2026-11-24T20:00:00+08:00',
  )
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T15:01')
  const { duties: room } = scene.huoshui.tasks
  const [duty] = await scene.db.tx((tx) => room.queries.openFor(tx, 'zhangsan'))
  const end = (userId: string, outcome: 'done' | 'dropped', note: string) =>
    scene.db.tx((tx) => room.closeOwn(tx, { id: duty?.id ?? 0, userId, outcome, note }))
  expect(await end('lisi', 'done', '不是我的')).toBe(false)
  expect(await end('zhangsan', 'done', '23 人')).toBe(true)
  expect(await end('zhangsan', 'dropped', '又说做不了')).toBe(false)
  expect(await duties(scene)).toEqual(['zhangsan 主持「煎法课」 先问谁煎 1 done 23 人'])
  await until(scene, '2026-11-25T19:01')
  expect(told(scene, '没有按时做完')).toEqual([])
  await until(scene, '2026-12-02T15:01')
  const [next] = await scene.db.tx((tx) => room.queries.openFor(tx, 'lisi'))
  await scene.db.tx((tx) =>
    room.closeOwn(tx, { id: next?.id ?? 0, userId: 'lisi', outcome: 'dropped', note: '做不了：今天休息' }),
  )
  await scene.settle()
  expect(told(scene, '今天休息')).toEqual([expect.stringMatching(/^zhangsan: /)])
  expect(await scene.rawRows("SELECT 1 FROM alert WHERE alert_key LIKE 'duty.%'")).toEqual([])
  const list = (await runCommand(groupsProgram, ['duties'], scene)).out
  expect(list).toMatch(/主持「煎法课」.*做完了.*23 人/)
})

test('where the rule names nobody, whoever looks after the server hears of what was refused, once', async () => {
  const scene = await open(
    { 'calendar/paid.yaml': CALENDAR.replace(', tell: [lisi]', '') },
    '2026-11-24T20:00:00+08:00',
  )
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T15:01')
  const { duties: room } = scene.huoshui.tasks
  const [duty] = await scene.db.tx((tx) => room.queries.openFor(tx, 'zhangsan'))
  const note = '做不了：今天休息'
  for (let tap = 0; tap < 2; tap++)
    await scene.db.tx((tx) => room.closeOwn(tx, { id: duty?.id ?? 0, userId: 'zhangsan', outcome: 'dropped', note }))
  await scene.settle()
  const alerts = await scene.rawRows<{ body: string; todo: string }>(
    "SELECT body, todo FROM alert WHERE alert_key LIKE 'duty.%'",
  )
  expect(alerts).toEqual([
    {
      body: '张三说做不了「主持「煎法课」」：「付费群1」。做不了：今天休息',
      todo: '2026-11-25 19:00 前请人接手；在规则「周历·煎法课」里写上 tell，下次就告诉里面的人',
    },
  ])
})

test('a day with too few places says so at once, and the host is not asked when it is over; a gone file ends it', async () => {
  const policy = 'tasksPerGuidePerDay: 1\n'
  const two = CALENDAR.replace('煎法课', '晒单')
    .replace('calendar: 周历', 'calendar: 又一个')
    .replace('"16:00"', '"16:01"')
  const scene = await open(
    { 'calendar/paid.yaml': CALENDAR, 'calendar/two.yaml': two, 'policy.yaml': policy },
    '2026-11-24T20:00:00+08:00',
  )
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T15:02')
  expect(await duties(scene)).toEqual([
    'zhangsan 主持「煎法课」 先问谁煎 1 open',
    'zhangsan 主持「晒单」 先问谁煎 1 held',
  ])
  expect(told(scene, '满了')).toEqual([expect.stringMatching(/^lisi: .*今天的待办满了，「主持「晒单」」/)])
  await until(scene, '2026-11-26T09:31')
  expect((await duties(scene))[1]).toBe(
    'zhangsan 主持「晒单」 先问谁煎 1 dropped 当天的待办满了，没有排进去，时间已经过了',
  )
  rmSync(join(scene.configDir, 'calendar/paid.yaml'))
  await scene.huoshui.rules.check()
  await until(scene, '2026-11-26T09:33')
  expect((await duties(scene))[0]).toBe('zhangsan 主持「煎法课」 先问谁煎 1 dropped 规则里已经没有这一项，不用做了')
})

test('a moved day moves its host; a day that is called off has none; without a host named it is each owner, once', async () => {
  const owners = CALENDAR.replace('who: [zhangsan, lisi], ', '')
  const moved = `${owners}moves:\n  - { theme: 煎法课, from: "2026-11-25", to: "2026-11-26", at: "20:00" }\n  - { theme: 煎法课, from: "2026-12-02" }\n`
  const scene = await open({ 'calendar/paid.yaml': moved }, '2026-11-24T20:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi', 付费群3: 'lisi' })
  await until(scene, '2026-11-25T16:00')
  expect(await duties(scene)).toEqual([])
  await until(scene, '2026-11-26T19:01')
  expect((await duties(scene)).sort()).toEqual([
    'lisi 主持「煎法课」 先问谁煎 2 open',
    'zhangsan 主持「煎法课」 先问谁煎 1 open',
  ])
  await until(scene, '2026-12-02T16:00')
  expect((await duties(scene)).length).toBe(2)
})

const SOP = `
groupSop: 新群
pools: [付费群]
from: created
when: { not: { group.tags: 不打扰 } }
steps:
  - { step: 公告, day: 1, at: "09:30", duty: { title: 写好群公告 } }
  - { step: 晒单, day: 3, at: "10:00", send: { text: 晒晒你煎的 } }
  - { step: 走完, day: 4, at: "10:00", tag: { add: [走完新群], remove: [新] } }
`

test('a group SOP takes each group through its days, once; a tag keeps one out; file edited, restarted', async () => {
  const scene = await open({ 'group-sops/new.yaml': SOP }, '2026-11-24T12:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi', 科普群1: 'lisi' })
  await runCommand(groupsProgram, ['tag', 'wr-付费群2', '不打扰'], scene)
  await runCommand(groupsProgram, ['tag', 'wr-付费群1', '新'], scene)
  await until(scene, '2026-11-25T09:31')
  expect(await duties(scene)).toEqual(['zhangsan 写好群公告 1 open'])
  await until(scene, '2026-11-26T10:01')
  // Made two days later: it comes behind.
  await scene.open({ 付费群3: 'lisi' })
  await until(scene, '2026-11-27T10:01')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1'])
  // The step's hour changes after it was done: nobody gets it twice.
  scene.writeConfig({ 'group-sops/new.yaml': SOP.replace('day: 3, at: "10:00"', 'day: 3, at: "15:00"') })
  await scene.huoshui.rules.check()
  await until(scene, '2026-11-27T15:01')
  expect(scene.created()).toHaveLength(1)
  // A process that still has the old file, beside and then in place of it.
  const second = await scene.again()
  opened.push(second)
  await until(second, '2026-11-28T10:01')
  const tags = await scene.rawRows<{ chat_id: string; tag: string }>('SELECT chat_id, tag FROM group_tag ORDER BY tag')
  expect(tags.map(({ chat_id, tag }) => `${chat_id} ${tag}`)).toEqual(['wr-付费群2 不打扰', 'wr-付费群1 走完新群'])
  await until(second, '2026-11-29T15:01')
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1', 'group lisi: wr-付费群3'])
  // Days on which nobody was on the step leave no runs behind.
  expect(await scene.rawRows('SELECT id FROM send_run')).toHaveLength(2)
})

test('counted from the day on which a group came into its pool, also by another name', async () => {
  const scene = await open(
    { 'group-sops/new.yaml': SOP.replace('from: created', 'from: pool') },
    '2026-11-20T12:00:00+08:00',
  )
  await scene.open({ 老群: 'zhangsan' })
  await until(scene, '2026-11-24T12:00')
  await scene.sandbox.renameGroup({ chatId: 'wr-老群', name: '付费群9' })
  await scene.settle()
  await scene.advance(DAY_MS - 3 * HOUR_MS)
  await until(scene, '2026-11-27T10:01')
  expect(scene.created()).toEqual(['group zhangsan: wr-老群'])
})
