import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { loadRules } from '../load-rules.ts'
import { ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

const GOOD = `calendar: 周历
pools: [付费群]
from: "2026-08-31"
announce: { on: 周一, at: "10:00", text: "有：{本周安排}" }
days:
  - theme: 福利日
    on: 周三
    at: "16:00"
    weeks: [{ text: 半价 }]
  - theme: 晒单日
    on: 周五
    at: "17:00"
    weeks: [{ text: 晒单 }]
`

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-09-01T10:00:00+08:00') }))
afterEach(() => void vi.useRealTimers())

async function saidOf(calendar: string, more: Record<string, string> = {}) {
  const { folder, remove } = ruleFolderOnDisk({ 'calendar/c.yaml': calendar, ...more })
  const { faults, advice } = await loadRules(folder, VOCABULARY)
  remove()
  const text = (all: typeof faults): string[] =>
    all.map((one) => `${one.file}:${one.line}:${one.column} ${one.message}。${one.suggestion}`)
  return { faults: text(faults), advice: text(advice) }
}

const moved = (move: string): string => `${GOOD}moves:\n  - ${move}\n`

it.each<[string, string, string[]]>([
  ['a good one', GOOD, []],
  [
    'a pool that is none',
    GOOD.replace('[付费群]', '[付费裙]'),
    ['calendar/c.yaml:2:9 没有叫「付费裙」的群池。是不是想写 付费群'],
  ],
  [
    'a week that begins on a Wednesday',
    GOOD.replace('2026-08-31', '2026-09-02'),
    ['calendar/c.yaml:3:7 2026-09-02 是周三，要写周一。那一周的周一是 2026-08-31'],
  ],
  [
    'a day that is none',
    GOOD.replace('2026-08-31', '2026-02-30'),
    ['calendar/c.yaml:3:7 没有「2026-02-30」这一天。检查月份和日期'],
  ],
  [
    'an announcement of nothing',
    GOOD.replace('{本周安排}', '福利'),
    ['calendar/c.yaml:4:40 预告里没有 {本周安排}，就不知道这一周有什么。加上 {本周安排}'],
  ],
  ['a theme twice', GOOD.replace('晒单日', '福利日'), ['calendar/c.yaml:10:12 主题日「福利日」写了两次。换一个名字']],
  [
    'a theme called like the announcement',
    GOOD.replace('晒单日', '本周预告'),
    ['calendar/c.yaml:10:12 「本周预告」是预告自己的名字。换一个名字'],
  ],
  [
    'nothing to say',
    GOOD.replace('{ text: 晒单 }', '{}'),
    ['calendar/c.yaml:13:13 没有内容。写 text（文字）或 attachments（附件）'],
  ],
  ['a good move', moved('{ theme: 福利日, from: "2026-09-16", to: "2026-09-17", at: "20:00" }'), []],
  [
    'a move of what is not there',
    moved('{ theme: 福利, from: "2026-09-16" }'),
    ['calendar/c.yaml:15:14 没有叫「福利」的主题日。是不是想写 福利日'],
  ],
  [
    'a move from another day',
    moved('{ theme: 福利日, from: "2026-09-17", to: "2026-09-18" }'),
    ['calendar/c.yaml:15:25 2026-09-17 是周四，「福利日」在周三。from 写它原来的日期，那一周是 2026-09-16'],
  ],
  [
    'a move to no day',
    moved('{ theme: 福利日, from: "2026-09-16", to: "2026-09-31" }'),
    ['calendar/c.yaml:15:43 没有「2026-09-31」这一天。检查月份和日期'],
  ],
  [
    'a move to another year',
    moved('{ theme: 福利日, from: "2026-09-16", to: "2027-09-16" }'),
    ['calendar/c.yaml:15:43 改得太远：离 2026-09-16 超过 28 天。检查年份和月份'],
  ],
  [
    'a move before it begins',
    moved('{ theme: 福利日, from: "2026-08-26" }'),
    ['calendar/c.yaml:15:25 日历从 2026-08-31 才开始，2026-08-26 没有「福利日」。检查日期'],
  ],
  [
    'a day moved twice',
    moved('{ theme: 福利日, from: "2026-09-16" }\n  - { theme: 福利日, from: "2026-09-16", at: "17:00" }'),
    ['calendar/c.yaml:16:5 2026-09-16 的「福利日」改了两次。只留一条'],
  ],
  [
    'a move onto its own next one',
    moved('{ theme: 福利日, from: "2026-09-16", to: "2026-09-23" }'),
    [
      'calendar/c.yaml:15:5 改到的时间已经有 2026-09-23 的「福利日」，两次只会发一次。换一天或者换几点；要停这一次就只写 from',
    ],
  ],
  [
    'a move onto the day of its own next one, at another time',
    moved('{ theme: 福利日, from: "2026-09-16", to: "2026-09-23", at: "10:00" }'),
    [],
  ],
  [
    'a move onto its own next one, which is moved on',
    moved(
      '{ theme: 福利日, from: "2026-09-16", to: "2026-09-23" }\n  - { theme: 福利日, from: "2026-09-23", to: "2026-09-24" }',
    ),
    [],
  ],
  [
    'a placeholder in what is announced',
    GOOD.replace('on: 周三', 'on: 周三\n    about: "{客户昵称}看{本周安排}，{导购名}"'),
    [
      'calendar/c.yaml:8:12 这里不能用 {客户昵称}。这里不会替换成真的名字，请改成对谁都合适的话',
      'calendar/c.yaml:8:12 不认识 {本周安排}，会原样发给客户。可以用 {导购名}',
    ],
  ],
  [
    'a placeholder in a theme',
    GOOD.replace('theme: 福利日', 'theme: "{导购名}日"'),
    ['calendar/c.yaml:6:12 这里不能用 {导购名}。这里不会替换成真的名字，请改成对谁都合适的话'],
  ],
  [
    'what accounts are shut for in what is announced',
    GOOD.replace('on: 周三', 'on: 周三\n    about: 集满38个赞免费领牛排'),
    [
      'calendar/c.yaml:8:12 「集满38个赞」是集赞、助力、砍价、拉人任务，会被封号。换个说法，奖励不要和转发、拉人挂钩（微信外部链接内容管理规范 2.1.2，2026-02-04 起严查）',
    ],
  ],
])('%s', async (_what, calendar, faults) => {
  expect((await saidOf(calendar)).faults).toEqual(faults)
})

it('an announcement is as long as with all that it may list', async () => {
  const many = Array.from(
    { length: 14 },
    (_, n) =>
      `  - theme: 主题日${n}\n    on: 周${'一二三四五六日'[n % 7]}\n    at: "1${n % 10}:30"\n    about: ${'好'.repeat(60)}\n    weeks: [{ text: 有 }]\n`,
  ).join('')
  const of = (chars: number, moves = ''): string =>
    `${GOOD.slice(0, GOOD.indexOf('announce:'))}announce: { on: 周一, at: "10:00", text: "${'字'.repeat(chars)}{本周安排}" }\ndays:\n${many}${moves}`
  expect((await saidOf(of(285))).faults).toEqual([])
  expect((await saidOf(of(300))).faults).toEqual([
    'calendar/c.yaml:4:40 文字太长：4011 字节，企业微信最多 4000 字节（{本周安排} 按最长的算）。大约要删掉 4 个汉字',
  ])
  // Two of one theme in a week.
  const twice = 'moves:\n  - { theme: 主题日2, from: "2026-09-09", to: "2026-09-15" }\n'
  expect((await saidOf(of(285, twice))).faults).toEqual([
    'calendar/c.yaml:4:40 文字太长：4173 字节，企业微信最多 4000 字节（{本周安排} 按最长的算）。大约要删掉 58 个汉字',
  ])
})

it('two calendars whose names and themes come to the same are a fault', async () => {
  const other = GOOD.replace('周历', '周历·甲').replace('晒单日', '乙')
  const first = GOOD.replace('晒单日', '甲·乙')
  expect((await saidOf(first, { 'calendar/d.yaml': other })).faults).toEqual([
    'calendar/d.yaml:10:12 calendar/c.yaml 的日历「周历」里已经有一个叫「周历·甲·乙」。改其中一个的名字',
  ])
  expect((await saidOf(GOOD, { 'calendar/d.yaml': other })).faults).toEqual([])
})

it('a send of the same name is a fault', async () => {
  const send =
    'send: 周历·晒单日\nto: groups\naudience: { group.pool: 付费群 }\ncontent: { text: a }\ncron: "0 9 * * 2"\n'
  expect((await saidOf(GOOD, { 'sends/s.yaml': send })).faults).toEqual([
    'calendar/c.yaml:10:12 群发里已经有一个叫「周历·晒单日」。改其中一个的名字',
  ])
})

it('what is allowed and probably not meant is told', async () => {
  expect((await saidOf(GOOD)).advice).toEqual([])
  expect((await saidOf(GOOD.replace('16:00', '22:00'), { 'policy.yaml': 'quiet: "21:30-09:00"\n' })).advice).toEqual([
    'calendar/c.yaml:8:9 22:00 在 policy.yaml 的免打扰时段 21:30-09:00 里，要等这段时间过去才请群主确认。换一个时间',
  ])
  expect((await saidOf(GOOD.replace('周五\n    at: "17:00"', '周三\n    at: "16:00"'))).advice).toEqual([
    'calendar/c.yaml:12:9 下一次和「福利日」同一时间，每个群会收到两条。错开时间，或者合成一条',
  ])
  expect((await saidOf(GOOD, { 'policy.yaml': 'contactsPerGroup: { most: 2, days: 7 }\n' })).advice).toEqual([
    'calendar/c.yaml:6:3 一周发 3 次，policy.yaml 里一个群 7 天最多 2 次：后面的这个群收不到。少排几天，或者放宽 contactsPerGroup',
  ])
})

it('a year whose holidays are not announced is told sixty days ahead, where holidays matter', async () => {
  const unknown =
    'calendar/c.yaml:1:11 放假安排只知道到 2026 年：2027 年的放假日和调休按普通日子算。公布以后升级活水；在那之前把要停、要改的日子写进 moves'
  vi.setSystemTime(Date.parse('2026-11-01T10:00:00+08:00'))
  expect((await saidOf(GOOD)).advice).toEqual([])
  vi.setSystemTime(Date.parse('2026-11-03T10:00:00+08:00'))
  expect((await saidOf(GOOD)).advice).toEqual([unknown])
  expect((await saidOf(GOOD.replace('from:', 'holidays: keep\nfrom:'))).advice).toEqual([])
})
