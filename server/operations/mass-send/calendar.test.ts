import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { DAY_MS, shanghaiText, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { approveRun } from './approve-run.ts'
import { holdSends } from './hold-sends.ts'
import { type GroupScene, openGroupScene } from './testing/group-scene.ts'

const opened: GroupScene[] = []
afterEach(async () => {
  for (const scene of opened.splice(0).reverse()) await scene.close()
})

/** From the middle of September 2026: Mid-Autumn is 25–27 September, the National Day 1–7 October; one works on Sunday the 20th
 *  of September and Saturday the 10th of October. */
const CALENDAR = `
calendar: 周历
pools: [付费群]
from: "2026-09-14"
makeUpDays: skip
announce:
  on: 周一
  at: "10:00"
  text: |-
    本周群里：
    {本周安排}
days:
  - theme: 福利日
    on: 周三
    at: "16:00"
    about: 一款半价
    holidays: workday
    weeks:
      - text: 西冷半价
      - text: 眼肉半价
  - theme: 晒单日
    on: 周五
    at: "17:00"
    weeks: [{ text: 晒晒你煎的 }]
  - theme: 闲聊
    on: 周日
    at: "11:00"
    weeks: [{ text: 周末吃什么 }]
moves:
  - { theme: 福利日, from: "2026-09-16", to: "2026-09-17", at: "20:00" }
`

async function open(calendar: string, now: string): Promise<GroupScene> {
  const config = { 'calendar/paid.yaml': calendar }
  const scene = await openGroupScene({
    now,
    sends: 'send: 没有用\nenabled: false\naudience: {}\ncontent: { text: 无 }\nat: "2026-09-01 10:00"\n',
    config,
  })
  opened.push(scene)
  return scene
}

const HOURS = ['10:00', '11:00', '16:00', '17:00', '20:00', '23:30']

/** Goes through the days hour by hour; gives what was asked of owners, when, with how many groups. */
async function live(scene: GroupScene, days: number, betweenDays: (day: number) => Promise<GroupScene | undefined>) {
  const told: string[] = []
  const calls = () => scene.sandbox.calls('externalcontact/add_msg_template')
  let process = scene
  let seen = calls().length
  for (let day = 0; day < days; day += 1) {
    process = (await betweenDays(day)) ?? process
    const start = startOfShanghaiDay(scene.clock.now()) + DAY_MS
    for (const hour of HOURS) {
      scene.clock.set(start + Date.parse(`1970-01-01T${hour}:30Z`))
      await process.settle()
      const fresh = calls().slice(seen)
      seen += fresh.length
      for (const { body } of fresh) {
        const { sender, chat_id_list, text } = body as {
          sender: string
          chat_id_list: string[]
          text: { content: string }
        }
        told.push(`${shanghaiText(scene.clock.now())} ${sender} ${chat_id_list.length}: ${text.content}`)
      }
    }
  }
  return told.sort()
}

const both = (what: string): string[] => {
  const [when, words] = [what.slice(0, 16), what.slice(17)]
  return [`${when} lisi 100: ${words}`, `${when} zhangsan 100: ${words}`]
}

test('four weeks of 200 groups: each thing once, at its time in Shanghai, announced as it really comes', async () => {
  const scene = await open(CALENDAR, '2026-09-13T20:00:00+08:00')
  const groups = Array.from({ length: 200 }, (_, index) => [`付费群${index}`, index % 2 === 0 ? 'zhangsan' : 'lisi'])
  await scene.open({ ...Object.fromEntries(groups), 科普群1: 'lisi' })
  let second: GroupScene | undefined
  const told = await live(scene, 28, async (day) => {
    // The platform tells everything again; from the tenth day on another process works beside, and later in place of, the first.
    scene.sandbox.redeliver()
    if (day === 9) {
      second = await scene.again()
      opened.push(second)
    }
    return second
  })
  expect(told).toEqual(
    [
      '2026-09-14 10:00 本周群里：\n周四（9月17日）20:00 福利日：一款半价\n周五（9月18日）17:00 晒单日',
      '2026-09-17 20:00 西冷半价',
      '2026-09-18 17:00 晒晒你煎的',
      '2026-09-21 10:00 本周群里：\n周三（9月23日）16:00 福利日：一款半价',
      '2026-09-23 16:00 眼肉半价',
      '2026-09-28 10:00 本周群里：\n周三（9月30日）16:00 福利日：一款半价',
      '2026-09-30 16:00 西冷半价',
      '2026-10-08 10:00 本周群里：\n周四（10月8日）16:00 福利日：一款半价\n周五（10月9日）17:00 晒单日\n周日（10月11日）11:00 闲聊',
      '2026-10-08 16:00 眼肉半价',
      '2026-10-09 17:00 晒晒你煎的',
      '2026-10-11 11:00 周末吃什么',
    ].flatMap(both),
  )
  // One send each, whatever the number of groups.
  expect(await scene.rawRows('SELECT COUNT(*) AS n FROM send_run')).toEqual([{ n: 11 }])
}, 600_000)

test('what has gone out does not go out again when its day is moved afterwards, nor when the words change', async () => {
  const written = CALENDAR.slice(0, CALENDAR.indexOf('moves:'))
  const scene = await open(written, '2026-09-22T20:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan' })
  const write = async (text: string): Promise<undefined> => {
    scene.writeConfig({ 'calendar/paid.yaml': text })
    await scene.huoshui.rules.check()
    await scene.advance(60_000)
  }
  const told = await live(scene, 4, async (day) => {
    const moves = (to: string) => `moves:\n  - { theme: 福利日, from: "2026-09-23", to: "${to}" }\n`
    if (day === 1) return write(written + moves('2026-09-24'))
    if (day === 2) return write(written.replace('眼肉半价', '眼肉六折') + moves('2026-09-25'))
    if (day === 3) return write(written.replace('眼肉半价', '眼肉六折'))
    return undefined
  })
  expect(told).toEqual(['2026-09-23 16:00 zhangsan 1: 眼肉半价'])
})

const plain = CALENDAR.slice(0, CALENDAR.indexOf('moves:'))
const cancelled = 'moves:\n  - { theme: 福利日, from: "2026-09-23" }\n'

test.each<[string, string, string, string[]]>([
  ['is not announced when that is cancelled on Sunday', plain, plain + cancelled, []],
  [
    'is announced when that is taken back on Sunday',
    plain + cancelled,
    plain,
    ['2026-09-21 10:00 zhangsan 1: 本周群里：\n周三（9月23日）16:00 福利日：一款半价'],
  ],
])(
  'a week of one thing %s',
  async (_what, before, after, told) => {
    const scene = await open(before, '2026-09-19T20:00:00+08:00')
    await scene.open({ 付费群1: 'zhangsan' })
    const heard = await live(scene, 2, async (day) => {
      if (day === 0) return undefined
      scene.writeConfig({ 'calendar/paid.yaml': after })
      await scene.huoshui.rules.check()
      await scene.advance(60_000)
      return undefined
    })
    expect(heard).toEqual(told)
  },
  60_000,
)

test('the weeks to come can be looked at, and a single day like any send', async () => {
  const scene = await open(CALENDAR, '2026-09-13T20:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan', 科普群1: 'lisi' })
  const coming = await runCommand(sendsProgram, ['calendar', '1'], scene)
  expect(coming).toMatchObject({ code: 0, err: '' })
  expect(coming.out).toBe(
    [
      '2026-09-14 10:00 周一  周历·本周预告 → 付费群',
      '    本周群里：',
      '    周四（9月17日）20:00 福利日：一款半价',
      '    周五（9月18日）17:00 晒单日',
      '2026-09-17 20:00 周四  周历·福利日（原来是 2026-09-16） → 付费群',
      '    西冷半价',
      '2026-09-18 17:00 周五  周历·晒单日 → 付费群',
      '    晒晒你煎的',
    ].join('\n'),
  )
  expect((await runCommand(sendsProgram, ['plan', '周历·福利日'], scene)).out).toContain('如果现在发：1 个群')
})

test('what may have gone out before a restore does not go out when its day is moved afterwards', async () => {
  const written = CALENDAR.slice(0, CALENDAR.indexOf('moves:'))
  const scene = await open(written, '2026-09-22T20:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan' })
  const untilMs = Date.parse('2026-09-23T17:00:00+08:00')
  const { sends } = scene.huoshui.rules.current()
  await scene.db.tx((tx) => holdSends(tx, sends.values(), { untilMs, why: '恢复备份' }))
  expect(await scene.rawRows('SELECT state, occasion, remark FROM send_run')).toEqual([
    { state: 'missed', occasion: '2026-09-23', remark: '恢复备份' },
  ])
  const told = await live(scene, 2, async (day) => {
    if (day === 0) {
      scene.writeConfig({
        'calendar/paid.yaml': `${written}moves:\n  - { theme: 福利日, from: "2026-09-23", to: "2026-09-24" }\n`,
      })
      await scene.huoshui.rules.check()
    }
    return undefined
  })
  expect(told).toEqual([])
})

test('a calendar that wants a yes: asked for ahead, moved while it waits asked for anew, once and at the new time', async () => {
  const calendar = `
calendar: 周历
pools: [付费群]
from: "2026-11-23"
approval: 24h
days: [{ theme: 福利日, on: 周三, at: "16:00", weeks: [{ text: 西冷半价 }] }]
`
  const scene = await open(calendar, '2026-11-24T15:00:00+08:00')
  await scene.open({ 付费群1: 'zhangsan' })
  scene.clock.set(Date.parse('2026-11-24T16:00:30+08:00'))
  await scene.settle()
  const runs = () =>
    scene.rawRows<{ id: number; state: string; scheduled_at: number }>(
      'SELECT id, state, scheduled_at FROM send_run ORDER BY id',
    )
  expect((await runs()).map(({ state }) => state)).toEqual(['awaiting'])
  scene.writeConfig({
    'calendar/paid.yaml': `${calendar}moves: [{ theme: 福利日, from: "2026-11-25", to: "2026-11-26" }]\n`,
  })
  await scene.huoshui.rules.check()
  scene.clock.set(Date.parse('2026-11-25T15:59:00+08:00'))
  await scene.settle()
  expect((await runs()).map(({ state }) => state)).toEqual(['cancelled'])
  scene.clock.set(Date.parse('2026-11-25T16:01:00+08:00'))
  await scene.settle()
  const [, second] = await runs()
  expect(second?.state).toBe('awaiting')
  await scene.db.tx((tx) => approveRun(tx, second?.id ?? 0, { by: '王五', nowMs: scene.clock.now() }))
  await scene.settle()
  expect(scene.created()).toEqual([])
  scene.clock.set(Date.parse('2026-11-26T16:00:30+08:00'))
  await scene.settle()
  expect(scene.created()).toEqual(['group zhangsan: wr-付费群1'])
})

/** At four on Tuesday somebody is asked for Wednesday at four. */
const APPROVED = `
calendar: 周历
pools: [付费群]
from: "2026-11-23"
approval: 24h
days: [{ theme: 福利日, on: 周三, at: "16:00", about: 一款半价, weeks: [{ text: 西冷半价 }] }]
`

async function openApproved(calendar: string, now: string) {
  const scene = await open(calendar, now)
  await scene.open({ 付费群1: 'zhangsan' })
  return {
    ...scene,
    write: async (text: string) => {
      scene.writeConfig({ 'calendar/paid.yaml': text })
      await scene.huoshui.rules.check()
      await scene.advance(60_000)
      await scene.advance(60_000)
    },
    runs: () =>
      scene.rawRows<{ id: number; state: string; remark: string | null }>(
        'SELECT id, state, remark FROM send_run ORDER BY id',
      ),
    approve: async (id: number | undefined) => {
      await scene.db.tx((tx) => approveRun(tx, id ?? 0, { by: '王五', nowMs: scene.clock.now() }))
      await scene.settle()
    },
  }
}

test('what waits for a yes and is moved, moved back, left out and taken back is asked for anew each time, and goes out once', async () => {
  const scene = await openApproved(APPROVED, '2026-11-24T15:59:30+08:00')
  await scene.advance(60_000)
  const moves = (to: string) => `${APPROVED}moves: [{ theme: 福利日, from: "2026-11-25"${to} }]\n`
  await scene.write(moves(', to: "2026-11-26"'))
  await scene.write(APPROVED)
  await scene.write(moves(''))
  expect((await scene.runs()).map(({ state, remark }) => [state, remark])).toEqual([
    ['cancelled', '日历改了时间，到新的时间重新请人批准'],
    ['cancelled', '日历取消了这一次'],
  ])
  await scene.write(APPROVED)
  await scene.write(moves(', to: "2026-11-26"'))
  await scene.write(APPROVED)
  expect((await scene.runs()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled', 'awaiting'])
  await scene.approve((await scene.runs()).at(-1)?.id)
  scene.clock.set(Date.parse('2026-11-25T16:00:30+08:00'))
  await scene.settle()
  expect(scene.texts()).toEqual(['西冷半价'])
  await scene.confirmAll('zhangsan')
  scene.clock.set(Date.parse('2026-11-26T16:00:30+08:00'))
  await scene.settle()
  expect(scene.texts()).toEqual(['西冷半价'])
})

test('an announcement that waits for a yes is asked for anew when what it announces is moved or called otherwise', async () => {
  const written = `${APPROVED}announce: { on: 周一, at: "10:00", text: "{本周安排}" }\n`
  const scene = await openApproved(written, '2026-11-22T09:59:30+08:00')
  await scene.advance(60_000)
  expect((await scene.runs()).map(({ state }) => state)).toEqual(['awaiting'])
  const moved = `${written}moves: [{ theme: 福利日, from: "2026-11-25", to: "2026-11-26" }]\n`
  await scene.write(moved)
  await scene.write(moved.replace('一款半价', '两款半价'))
  expect((await scene.runs()).map(({ state, remark }) => [state, remark])).toEqual([
    ['cancelled', '日历改了内容，按新的内容重新请人批准'],
    ['cancelled', '日历改了内容，按新的内容重新请人批准'],
    ['awaiting', null],
  ])
  await scene.approve((await scene.runs()).at(-1)?.id)
  scene.clock.set(Date.parse('2026-11-23T10:00:30+08:00'))
  await scene.settle()
  expect(scene.texts()).toEqual(['周四（11月26日）16:00 福利日：两款半价'])
})
