import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Verdict } from '../../operations/sop/enter/verdict.ts'
import type { EntryFigure, StepFigure } from '../../operations/sop/explain/sop-figures.ts'
import { factsText } from '../../operations/sop/model/facts-text.ts'
import { stepAt } from '../../operations/sop/model/step-path.ts'
import { stepText } from '../../operations/sop/model/step-text.ts'
import type { Sop } from '../../rules/book/rule-book.ts'
import type { Cast } from '../../upkeep/rehearsal/choose-customers.ts'
import { cutTo, padLeft, padRight } from '../frame/pad.ts'
import { countBy, maskedId } from './plan-report.ts'

/** One version's part. */
interface Played {
  sop: Sop
  entries: EntryFigure[]
  steps: StepFigure[]
  verdicts: Verdict[]
}

export interface BacktestReport {
  fromMs: number
  toMs: number
  /** How many events were told again. */
  events: number
  cast: Cast
  older: Played
  newer: Played
}

const MOST_EXAMPLES = 10

/** What cannot be turned back, and what that does to the figures. */
const BLIND = [
  '标签：没有事件记录的改动（同步时读到的旧标签）按现在算。',
  '订单：补录的旧订单按它自己的时间算，当时可能还不知道。',
  '好友：没有事件、由核对发现的增减，从一开始就算在内；继承按现在的导购算。',
  '群：一个群有多满按现在算；分层、评分、问卷、生日按现在算。',
  '导购：当时完成的待办不再完成一次，群发当作马上确认；所以升级提醒会偏多。',
  '当时的人没有收到新版本的消息：他们后来的下单、入群照旧，看不出新版本带来的变化。',
]

/** Both versions beside each other, at most a hundred columns wide. */
export function backtestText(report: BacktestReport): string {
  const { fromMs, toMs, events, cast, older, newer } = report
  const versions = [older.sop, newer.sop]
  const perHundred = (count: number, played: Played): string =>
    played.entries.length === 0 ? '' : `（每百人 ${Math.round((count * 100) / played.entries.length)}）`
  const steps = [...new Set([...stepsOf(older, versions).keys(), ...stepsOf(newer, versions).keys()])].map((text) => {
    const [a = 0, b = 0] = [older, newer].map((played) => stepsOf(played, versions).get(text) ?? 0)
    return comparedRow(`${text}${perHundred(b, newer)}`, a, b)
  })
  const ends = [...new Set([...endsOf(older).keys(), ...endsOf(newer).keys()])].map((text) =>
    comparedRow(`结束：${text}`, endsOf(older).get(text) ?? 0, endsOf(newer).get(text) ?? 0),
  )
  return [
    `回测 SOP「${newer.sop.title}」${newer.sop.name}：${shanghaiText(fromMs)} 到 ${shanghaiText(toMs)}，${events} 个事件。`,
    castLine(cast),
    headRow(),
    `  ${padRight('版本', 56)}${padLeft(older.sop.version.slice(0, 10), 12)}${padLeft(newer.sop.version.slice(0, 10), 12)}`,
    comparedRow('在里面的（期间进入的和原来就在的）', older.entries.length, newer.entries.length),
    ...steps,
    ...ends,
    ...changedLines(older, newer),
    '回不到过去的：',
    ...BLIND.map((line) => `  ${line}`),
  ].join('\n')
}

export const castLine = ({ drawn, total }: Cast): string =>
  drawn === undefined ? `客户 ${total} 人全部参加。` : `抽了 ${drawn.size} 位客户，全部共 ${total} 位；数字没有推算。`

export const headRow = (): string => `  ${padRight('', 60)}${padLeft('旧', 8)}${padLeft('新', 8)}${padLeft('相差', 8)}`

/** One figure of both versions. */
export const comparedRow = (text: string, a: number, b: number): string =>
  `  ${padRight(cutTo(text, 60), 60)}${padLeft(String(a), 8)}${padLeft(String(b), 8)}${padLeft(a === b ? '' : difference(b - a), 8)}`.trimEnd()

const difference = (by: number): string => (by > 0 ? `+${by}` : String(by))

/** How often each acting step was taken, by what it does; who was inside already may be on the other version. */
export const stepsOf = ({ steps }: Played, versions: Sop[]): Map<string, number> =>
  countBy(
    steps.filter(({ kind }) => kind !== 'wait' && kind !== 'choose' && kind !== 'split'),
    ({ version, position, kind, outcome }) => {
      const sop = versions.find((one) => one.version === version)
      const step = sop === undefined ? undefined : stepAt(sop.steps, position)
      const text = step !== undefined && kind in step ? stepText(step, VOCABULARY) : `更早版本的步骤（${kind}）`
      return outcome.startsWith('没有') ? `${text}：${outcome.split('（')[0] ?? ''}` : text
    },
  )

export const endsOf = ({ entries }: Played): Map<string, number> =>
  countBy(
    entries.filter((entry) => entry.endedAtMs !== undefined),
    ({ endReason }) => endReason ?? '',
  )

/** external_userids of those whom the versions treat differently: let in or not, or by other steps. */
export function changedIn(older: Played, newer: Played): string[] {
  const ids = [...new Set([...older.entries, ...newer.entries].map((entry) => entry.externalUserId))]
  return ids.filter((id) => wayOf(older, id).join() !== wayOf(newer, id).join())
}

function changedLines(older: Played, newer: Played): string[] {
  const changed = changedIn(older, newer)
  if (changed.length === 0) return ['两个版本对每一位客户的决定都一样。']
  return [
    `决定不同的客户 ${changed.length} 位，例如：`,
    ...changed
      .slice(0, MOST_EXAMPLES)
      .flatMap((id) => [`  ${maskedId(id)}`, ...firstDifference(wayOf(older, id), wayOf(newer, id))]),
  ]
}

/** Both ways from where they part; what is alike before is only counted, so that no line ends before it. */
export function firstDifference(old: readonly string[], now: readonly string[]): string[] {
  const parting = Array.from({ length: Math.max(old.length, now.length) }, (_, at) => at).find(
    (at) => old[at] !== now[at],
  )
  const alike = parting === undefined || parting === 0 ? '' : `前 ${parting} 件事一样，然后 `
  const rest = (way: readonly string[]): string => way.slice(parting).join('；') || '没有了'
  return [cutTo(`      旧：${alike}${rest(old)}`, 100), cutTo(`      新：${alike}${rest(now)}`, 100)]
}

/** All that became of one customer, in order: how they came in or why not, every step with its time, the end. */
function wayOf({ entries, steps, verdicts }: Played, id: string): string[] {
  const mine = entries.filter((entry) => entry.externalUserId === id)
  if (mine.length === 0) {
    const refused = verdicts.findLast((verdict) => verdict.externalUserId === id)?.refused?.zh
    return [`没有进入${refused === undefined ? '' : `，${refused}`}`]
  }
  return mine.flatMap((entry) => {
    const facts = factsText(entry.facts, VOCABULARY.facts)
    const taken = steps.filter((step) => step.entryId === entry.id)
    const end = entry.endedAtMs === undefined ? [] : [`${shanghaiText(entry.endedAtMs)} 结束：${entry.endReason ?? ''}`]
    return [
      `${shanghaiText(entry.enteredAtMs)} 进入${facts === '' ? '' : `（${facts}）`}`,
      ...taken.map((step) => `${shanghaiText(step.atMs)} ${step.outcome}`),
      ...end,
    ]
  })
}
