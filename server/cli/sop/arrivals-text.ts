import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Arrivals } from '../../upkeep/rehearsal/estimate-arrivals.ts'
import { cutTo, padLeft, padRight } from '../frame/pad.ts'
import { type PlanReport, spanDays, stepRows } from './plan-report.ts'

/** What those bring who will come by an event, told apart from what is certain. At most a hundred columns wide. */
export function arrivalLines(name: string, report: PlanReport): string[] {
  const { arrivals, book, cast, plan } = report
  const days = spanDays(plan)
  const title = `估计（不是预演）：如果接下来 ${days} 天来的人和过去 ${days} 天一样`
  if (arrivals === undefined) return [`${title}——事件记录不到 1 天，估计不了。`]
  const sop = arrivals.sops.find((one) => one.sop === name)
  if (sop === undefined) return []
  if (!sop.isKnown) return [`${title}——这种事件不能重放，没有估计。`]
  const times = arrivals.factor * cast.factor
  const n = (count: number): string => String(Math.round(count * times))
  const aDay = (count: number): string => ((count * times) / days).toFixed(1)
  const row = (text: string, count: number): string =>
    `  ${padRight(cutTo(text, 60), 60)}${padLeft(aDay(count), 10)}${padLeft(n(count), 8)}`
  const rows = stepRows(sop, book)
  return [
    title,
    ...shortLines(arrivals, days),
    `  ${padRight('', 60)}${padLeft('平均每天', 10)}${padLeft('合计', 8)}`,
    row('会进入（人次）', sop.entered.length),
    ...rows.map(({ text, done }) => row(text, done.length)),
    ...rows.flatMap(({ text, missed }) => (missed.length === 0 ? [] : [row(`没有做到：${text}`, missed.length)])),
    ...[...sop.refused].map(([why, count]) => row(`进不来：${why}`, count)),
  ]
}

function shortLines({ fromMs, toMs, recordedDays, factor }: Arrivals, days: number): string[] {
  if (factor === 1) return [`  依据 ${shanghaiText(fromMs)} 到 ${shanghaiText(toMs)} 的事件，只算这些天新进来的人。`]
  const since = shanghaiText(toMs - recordedDays * DAY_MS)
  return [
    `  只有 ${recordedDays.toFixed(1)} 天的记录（${since} 起），数字已按 ${factor.toFixed(1)} 倍放大到 ${days} 天；`,
    `  进来 ${recordedDays.toFixed(1)} 天以后才到的步骤看不到，靠后的步骤会偏少。`,
  ]
}
