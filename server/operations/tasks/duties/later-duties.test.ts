import { afterEach, expect, test } from 'vitest'
import { set, sql } from '../../../core/db/sql.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { type GroupScene, openGroupScene } from '../../mass-send/testing/group-scene.ts'
import { createTasksRewind } from '../tasks-rewind.ts'
import { DUTY } from './duty-tables.ts'

const opened: GroupScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

const OFF = 'send: 没有用\nenabled: false\naudience: {}\ncontent: { text: 无 }\nat: "2026-09-01 10:00"\n'
const CALENDAR = `
calendar: 周历
pools: [付费群]
from: "2026-11-23"
days:
  - theme: 煎法课
    on: 周三
    at: "16:00"
    weeks: [{ text: 今天讲擦干 }]
    host: { who: [zhangsan], tell: [lisi] }
`
const SOP = `
groupSop: 新群
pools: [付费群]
from: created
steps:
  - { step: 公告, day: 1, at: "09:30", duty: { title: 写公告 } }
  - { step: 置顶, day: 1, at: "09:30", duty: { title: 置顶公告 } }
  - { step: 欢迎, day: 1, at: "09:30", duty: { title: 写欢迎语, within: 2h } }
`

async function open(config: Record<string, string>, now = '2026-11-24T20:00:00+08:00'): Promise<GroupScene> {
  const scene = await openGroupScene({ now, sends: OFF, config })
  opened.push(scene)
  return scene
}
async function until(scene: GroupScene, at: string): Promise<void> {
  scene.clock.set(Date.parse(`${at}:30+08:00`))
  for (let round = 0; round < 3; round++) await scene.advance(MINUTE_MS / 2)
}
interface Row {
  userid: string
  title: string
  state: string
  due_at: number
}
/** `who title state due`, the due time in Shanghai. */
const duties = async (scene: GroupScene): Promise<string[]> =>
  (await scene.rawRows<Row>('SELECT userid, title, state, due_at FROM duty ORDER BY id')).map(
    ({ userid, title, state, due_at }) =>
      `${userid} ${title} ${state} ${new Date(due_at + 8 * 3_600_000).toISOString().slice(5, 16)}`,
  )
const alerts = async (scene: GroupScene): Promise<string[]> =>
  (
    await scene.rawRows<{ body: string }>("SELECT body FROM alert WHERE alert_key LIKE 'duty.%' ORDER BY alert_key")
  ).map(({ body }) => body)
const told = (scene: GroupScene, words: string): string[] =>
  scene.sandbox
    .calls('message/send')
    .map(({ body }) => body as { touser: string; text?: { content: string }; markdown?: { content: string } })
    .map(({ touser, text, markdown }) => `${touser}: ${text?.content ?? markdown?.content ?? ''}`)
    .filter((one) => one.includes(words))

test('what a full day carried over comes in the morning, however full that day is, and counts', async () => {
  const scene = await open({ 'group-sops/new.yaml': SOP, 'policy.yaml': 'tasksPerGuidePerDay: 1\n' })
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T09:31')
  expect((await duties(scene)).map((one) => one.split(' ')[2])).toEqual(['open', 'held', 'held'])
  await until(scene, '2026-11-26T09:31')
  const [, two, three] = await duties(scene)
  expect([two, three]).toEqual([
    expect.stringMatching(/^zhangsan 置顶公告 open 11-26T1[12]:/),
    expect.stringMatching(/^zhangsan 写欢迎语 open 11-26T1[01]:/),
  ])
  const [day] = await scene.rawRows('SELECT opened FROM task_day WHERE day = ?', ['2026-11-26'])
  expect(day).toEqual({ opened: 2 })
})

test('a host whose day is still to come is asked in the morning, and has until then and no longer', async () => {
  const early = CALENDAR.replace('who: [zhangsan]', 'who: [zhangsan], before: 1d')
  const scene = await open(
    {
      'calendar/one.yaml': early,
      'calendar/two.yaml': early.replace('calendar: 周历', 'calendar: 又一个').replace('煎法课', '晒单'),
      'policy.yaml': 'tasksPerGuidePerDay: 1\n',
    },
    '2026-11-24T12:00:00+08:00',
  )
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-24T16:01')
  expect((await duties(scene)).map((one) => one.split(' ')[2]).sort()).toEqual(['held', 'open'])
  await until(scene, '2026-11-25T09:31')
  expect((await duties(scene)).map((one) => one.split(' ').slice(2).join(' '))).toEqual([
    'open 11-25T19:00',
    'open 11-25T19:00',
  ])
})

test('a host who was asked already has it for the time to which the day is moved, and is told; called off, nobody has', async () => {
  const scene = await open({ 'calendar/paid.yaml': CALENDAR })
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T15:01')
  expect(await duties(scene)).toEqual(['zhangsan 主持「煎法课」 open 11-25T19:00'])
  scene.writeConfig({
    'calendar/paid.yaml': `${CALENDAR}moves: [{ theme: 煎法课, from: "2026-11-25", to: "2026-11-26", at: "20:00" }]\n`,
  })
  await scene.huoshui.rules.check()
  await until(scene, '2026-11-25T15:05')
  expect(await duties(scene)).toEqual(['zhangsan 主持「煎法课」 open 11-26T23:00'])
  expect(told(scene, '11月26日 23:00 前')).toHaveLength(1)
  await until(scene, '2026-11-25T19:01')
  expect(told(scene, '没有按时做完')).toEqual([])
  // The host is not asked a second time.
  await until(scene, '2026-11-26T19:01')
  expect(await duties(scene)).toHaveLength(1)
  scene.writeConfig({ 'calendar/paid.yaml': `${CALENDAR}moves: [{ theme: 煎法课, from: "2026-11-25" }]\n` })
  await scene.huoshui.rules.check()
  await until(scene, '2026-11-26T19:05')
  expect(await duties(scene)).toEqual(['zhangsan 主持「煎法课」 dropped 11-26T23:00'])
  expect(told(scene, '没有按时做完')).toEqual([])
})

test('who left: the first who is there by the userid of now has it; with nobody, an alert says so, one for each', async () => {
  const owners = CALENDAR.replace('who: [zhangsan], ', '')
  const scene = await open({ 'calendar/paid.yaml': owners })
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-25T15:01')
  await scene.sandbox.renameStaff({ userId: 'lisi', newUserId: 'lisi2' })
  await scene.settle()
  await scene.sandbox.removeStaff({ userId: 'zhangsan' })
  await scene.settle()
  expect(await duties(scene)).toEqual(['lisi2 主持「煎法课」 open 11-25T19:00'])
  expect(await alerts(scene)).toEqual([])
  // The next week: whoever is meant is asked by the userid of now, too.
  await until(scene, '2026-12-02T15:01')
  expect((await duties(scene)).at(-1)).toBe('lisi2 主持「煎法课」 open 12-02T19:00')
  await scene.sandbox.removeStaff({ userId: 'lisi2' })
  await scene.settle()
  scene.sandbox.redeliver()
  await scene.settle()
  expect((await duties(scene)).map((one) => one.split(' ')[2])).toEqual(['dropped', 'dropped'])
  expect(await alerts(scene)).toEqual(Array(2).fill('李四已离职，「主持「煎法课」」没有人做：「付费群1」'))
})

test('each who is missing has an alert of their own', async () => {
  const scene = await open({
    'calendar/paid.yaml': CALENDAR.replace('who: [zhangsan], ', '').replace('tell: [lisi]', 'evidence: 接龙'),
  })
  await scene.open({ 付费群1: 'zhangsan', 付费群2: 'lisi' })
  for (const userId of ['zhangsan', 'lisi']) await scene.sandbox.removeStaff({ userId })
  await scene.settle()
  await until(scene, '2026-11-25T15:01')
  expect((await alerts(scene)).sort()).toEqual([
    expect.stringMatching(/「付费群1」，张三已离职$/),
    expect.stringMatching(/「付费群2」，李四已离职$/),
  ])
})

test('what nobody ended for weeks does not hide what is due today; put back from a backup, it is told when it is late', async () => {
  const scene = await open({ 'calendar/paid.yaml': CALENDAR })
  const now = scene.clock.now()
  const row = (nth: number) => ({
    ...{ duty_key: `k${nth}`, duty_name: '周历·煎法课', userid: 'zhangsan', title: `第 ${nth}`, script: null },
    ...{ group_names: '', group_count: 1, evidence: null, tell: '[]', due_at: now + nth * MINUTE_MS },
    ...{ state: 'open' as const, opened_at: now - DAY_MS, wake_at: null },
  })
  const { queries } = scene.huoshui.tasks.duties
  await scene.db.tx((tx) =>
    tx.insertIgnore(
      DUTY,
      Array.from({ length: 52 }, (_, nth) => row(nth)),
    ),
  )
  const open50 = await scene.db.tx((tx) => queries.openFor(tx, 'zhangsan'))
  expect([open50.length, open50[0]?.title, open50.at(-1)?.title]).toEqual([50, '第 2', '第 51'])

  const closed = set(DUTY, { state: 'done', closed_at: now + 1 })
  await scene.db.tx((tx) => tx.run(sql`UPDATE ${DUTY} SET ${closed} WHERE ${DUTY.duty_key} = ${'k7'}`))
  await scene.db.tx((tx) => createTasksRewind().turnBack(tx, now, []))
  const [back, other] = await scene.rawRows(
    "SELECT state, wake_at FROM duty WHERE duty_key IN ('k7', 'k8') ORDER BY id",
  )
  expect([back, other]).toEqual([
    { state: 'open', wake_at: now + 7 * MINUTE_MS },
    { state: 'open', wake_at: null },
  ])
})

const STOCK = `
campaign: 家宴
date: "2026-11-28"
audience: { follow.active: true }
steps:
  - { step: 备货, day: -2, at: "10:00", duty: { title: 看库存, who: [zhangsan], within: 2h, tell: [lisi] } }
`
const todos = async (scene: GroupScene): Promise<string[]> =>
  (await scene.rawRows<{ todo: string }>("SELECT todo FROM alert WHERE alert_key LIKE 'duty.%'")).map(
    ({ todo }) => todo,
  )

test('what is to be done without a group is told without one: not done, and given up', async () => {
  const scene = await open({ 'campaigns/dinner.yaml': STOCK })
  await until(scene, '2026-11-26T10:00')
  expect(told(scene, '看库存')).toEqual([expect.not.stringContaining('（）')])
  await until(scene, '2026-11-26T12:01')
  expect(told(scene, '没有按时做完')).toEqual([
    expect.stringContaining('没有按时做完「看库存」，要在 11月26日 12:00 前做完。'),
  ])
  const [row] = await scene.rawRows<{ id: number }>('SELECT id FROM duty')
  await scene.db.tx((tx) =>
    scene.huoshui.tasks.duties.closeOwn(tx, {
      id: row?.id ?? 0,
      userId: 'zhangsan',
      outcome: 'dropped',
      note: '做不了：休息',
    }),
  )
  await scene.advance(MINUTE_MS)
  expect(told(scene, '说做不了')).toEqual([expect.stringContaining('说做不了「看库存」。做不了：休息')])
})

test('with nobody there who could do what has no group: an alert, which asks for no other owner of groups', async () => {
  const scene = await open({ 'campaigns/dinner.yaml': STOCK.replace(', tell: [lisi]', '') })
  await scene.sandbox.removeStaff({ userId: 'zhangsan' })
  await scene.settle()
  await until(scene, '2026-11-26T10:00')
  expect(await alerts(scene)).toEqual(['「家宴·备货」2026-11-26 10:00 的「看库存」没有人做：张三已离职'])
  expect(await todos(scene)).toEqual(['在 campaigns/dinner.yaml 里换人；写上 tell，下次就交给里面的第一位'])
})

test('who was asked for what has no group leaves', async () => {
  const scene = await open({ 'campaigns/dinner.yaml': STOCK.replace(', tell: [lisi]', '') })
  await until(scene, '2026-11-26T10:00')
  await scene.sandbox.removeStaff({ userId: 'zhangsan' })
  await scene.settle()
  expect(await alerts(scene)).toEqual(['张三已离职，「看库存」没有人做'])
})

test('asked more than a day ago, it is told again: moved, and handed on', async () => {
  const early = CALENDAR.replace('who: [zhangsan]', 'who: [zhangsan], before: 2d')
  const scene = await open({ 'calendar/paid.yaml': early }, '2026-11-23T12:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan' })
  await until(scene, '2026-11-23T16:01')
  expect(told(scene, '主持')).toHaveLength(1)
  scene.writeConfig({
    'calendar/paid.yaml': `${early}moves: [{ theme: 煎法课, from: "2026-11-25", to: "2026-11-26", at: "20:00" }]\n`,
  })
  await scene.huoshui.rules.check()
  await until(scene, '2026-11-24T18:00')
  expect(told(scene, '11月26日 23:00 前')).toEqual([expect.stringMatching(/^zhangsan: /)])
  await until(scene, '2026-11-26T12:00')
  await scene.sandbox.removeStaff({ userId: 'zhangsan' })
  await scene.settle()
  await until(scene, '2026-11-26T12:05')
  expect(told(scene, '11月26日 23:00 前')).toEqual([
    expect.stringMatching(/^zhangsan: /),
    expect.stringMatching(/^lisi: /),
  ])
})
