import { DAY_MS, shanghaiText, startOfShanghaiDay } from '../core/kernel/shanghai.ts'
import { driftQueries, type ScoreDay, type Transition } from '../records/scores/drift.ts'
import type { MissingStep } from '../records/scores/quantiles.ts'
import { type ScoreCuts, scoreQueries } from '../records/scores/score-queries.ts'
import { defineCommand } from './frame/command.ts'
import { or, whole } from './frame/slot.ts'
import { table } from './frame/table.ts'
import { cutText, dateText, sameNamesSince } from './rfm-since.ts'

const HEADER = ['分组', '人数', '占比', '30 天前', '90 天前']
const NONE = '（没有）'
const WEEK_MS = 7 * DAY_MS
const percent = (part: number, all: number): string => (all === 0 ? '' : `${((100 * part) / all).toFixed(1)}%`)

export const rfmCommand = defineCommand({
  name: 'rfm',
  audited: 'no',
  scope: 'open',
  says: 'RFM 分组现在各有多少人、和 30 天 90 天前比、谁变成了谁、哪几分没有人和为什么',
  more: '怎么分写在 config/rfm.yaml；每天 03:00 算一次，改了文件马上重算。',
  lists: true,
  words: { days: or(30, whole('天数', '从几天前到现在的变动', { min: 1, max: 366 })) },
  run: async ({ days }, desk) =>
    (await desk.db()).view(async (tx) => {
      const settled = await driftQueries.settled(tx)
      const today = settled && (await driftQueries.dayBy(tx, settled.atMs))
      if (settled === undefined || today === undefined) {
        const text = '还没有算过：每天 03:00 算一次，没人买过也不算。'
        return { text, data: { settled: null }, sheet: { header: HEADER, rows: [] } }
      }
      const cuts = await scoreQueries.cuts(tx)
      const midnight = startOfShanghaiDay(desk.clock.now())
      const by = async (ago: number) => comparable(await driftQueries.dayBy(tx, midnight - ago * DAY_MS), today, ago)
      const [month, quarter, was] = [await by(30), await by(90), await by(days)]
      const { fromMs, isCut } = sameNamesSince(settled, desk.clock.now() - days * DAY_MS)
      const transitions = await driftQueries.transitions(tx, fromMs)
      const week = sameNamesSince(settled, desk.clock.now() - WEEK_MS)
      const arrivals = await driftQueries.arrivals(tx, week.fromMs)
      // A group that all have left again is not among today's.
      const wins = [...new Set([...Object.keys(today.names), ...arrivals.keys()])]
        .filter((name) => name.includes('挽留'))
        .map((name) => ({ name, customers: arrivals.get(name) ?? 0 }))
      const rows = groupsOf(today, month, quarter)
      const total = Object.values(today.cells).reduce((sum, one) => sum + one, 0)
      const how = today.rule === '' ? '没有 config/rfm.yaml：按全部时间五等分，组合没有名字' : `规则 ${today.rule}`
      return {
        text: [
          `RFM：${total} 位买过的客户，${shanghaiText(settled.atMs)} 算的（${how}）`,
          ...(rows.length === 0 ? [] : [table([HEADER, ...rows.map((row) => row.map((one) => String(one ?? '—')))])]),
          ...missingText(cuts, today),
          ...(today.rule === '' ? [] : moveLines(transitions, { fromMs, isCut, was })),
          ...wins.map(({ name, customers }) => `近 7 天${cutText(week)}变成「${name}」：${customers} 位`),
          ...(wins.length === 0 ? [] : ['名单：npm run -s customers -- rfm-moves 7 --csv']),
        ].join('\n'),
        data: { settled, today, before: { month, quarter }, transitions, wins, missing: cuts?.missing ?? null },
        sheet: { header: HEADER, rows },
      }
    }),
})

/** A day by other rules says nothing beside today; nor does one that is long before the one asked for. */
function comparable(day: ScoreDay | undefined, today: ScoreDay, ago: number): ScoreDay | undefined {
  if (day === undefined || day.rule !== today.rule || day.dayMs === today.dayMs) return undefined
  return today.dayMs - day.dayMs > (ago + 7) * DAY_MS ? undefined : day
}

/** Without names the cells themselves. */
function groupsOf(today: ScoreDay, ...before: (ScoreDay | undefined)[]): (string | number | null)[][] {
  const countsOf = (day: ScoreDay): Record<string, number> => (today.rule === '' ? day.cells : day.names)
  const now = countsOf(today)
  const all = Object.values(now).reduce((sum, one) => sum + one, 0)
  const keys = new Set([...Object.keys(now), ...before.flatMap((day) => (day ? Object.keys(countsOf(day)) : []))])
  return [...keys]
    .sort((one, other) => (now[other] ?? 0) - (now[one] ?? 0) || one.localeCompare(other))
    .map((key) => [
      ...[key, now[key] ?? 0, percent(now[key] ?? 0, all)],
      ...before.map((day) => (day === undefined ? null : (countsOf(day)[key] ?? 0))),
    ])
}

const UNITS: Record<'r' | 'f' | 'm', (value: number) => string> = {
  r: (value) => `最近一次都在 ${dateText(value)}`,
  f: (value) => `都是 ${value} 次`,
  m: (value) => `都是 ${value / 100} 元`,
}

/** Which points nobody has, and why. */
function missingText(cuts: ScoreCuts | undefined, today: ScoreDay): string[] {
  if (cuts?.missing === undefined) return []
  const { customers, missing } = cuts
  return (['r', 'f', 'm'] as const).flatMap((key) => {
    const nth = { r: 0, f: 1, m: 2 }[key]
    const taken = new Set(Object.keys(today.cells).map((cell) => Number(cell.split('-')[nth])))
    const told = new Set(missing[key].map(({ step }) => step))
    const lines = missing[key].map(
      (one) => `${key.toUpperCase()} 没有人是 ${one.step} 分：${whyMissing(key, one, customers)}`,
    )
    const bare = Array.from({ length: cuts[key].length + 1 }, (_, index) => index + 1).filter(
      (step) => !taken.has(step) && !told.has(step),
    )
    return bare.length === 0 ? lines : [...lines, `${key.toUpperCase()} 现在没有人是 ${bare.join('、')} 分`]
  })
}

function whyMissing(key: 'r' | 'f' | 'm', { tie }: MissingStep, customers: number): string {
  if (tie === undefined) return `一共只有 ${customers} 位`
  const who = `${tie.people} 位（${percent(tie.people, customers)}）${UNITS[key](tie.value)}，并列同分，都得 ${tie.points} 分`
  return `${who}；要每一分都有人，改用固定门槛（${key === 'r' ? 'within' : 'from'}）`
}

function moveLines(
  transitions: readonly Transition[],
  { fromMs, isCut, was }: { fromMs: number; isCut: boolean; was: ScoreDay | undefined },
): string[] {
  const since = isCut ? `${dateText(fromMs)} 换了定义，只能从那天比` : `${dateText(fromMs)} 以来`
  if (transitions.length === 0) return [`变动（${since}）：没有人换组`]
  const rows = transitions.map(({ from, to, customers }) => {
    const before = from === undefined || isCut ? undefined : was?.names[from]
    return [from ?? NONE, to ?? NONE, String(customers), before === undefined ? '' : percent(customers, before)]
  })
  return [`变动（${since}）：`, table([['从', '到', '人数', '占原来那组'], ...rows])]
}
