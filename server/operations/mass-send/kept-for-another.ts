import { durationMs } from '../../core/kernel/duration-ms.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { startOfLastDays } from '../../records/facts/days-since-sql.ts'
import type { OwnCeiling } from './ceiling-of.ts'

/** A send with a higher priority that comes while what goes out now still counts against the ceiling. */
export interface Rival {
  name: string
  priority: number
  /** UTC milliseconds. */
  atMs: number
  /** Who would get it. */
  wants: ReadonlySet<string>
  /** What counts for each at its time, of what there is already; those with nothing are left out. */
  had: ReadonlyMap<string, number>
}

/** Why this customer, or group, is kept for a more important send: with one more now there would be no place for it, without
 *  there is. Undefined: nothing more important loses by it. Pure; `rivals` by time. */
export function keptForAnother(
  rivals: readonly Rival[],
  { ceiling, nowMs }: { ceiling: OwnCeiling; nowMs: number },
  id: string,
): string | undefined {
  const wanted = rivals.filter(({ wants }) => wants.has(id))
  for (const rival of wanted) {
    const { days, most, apart, tier } = ceiling
    const fromMs = startOfLastDays(days, rival.atMs)
    const before = wanted.filter(({ atMs }) => atMs >= fromMs && atMs <= rival.atMs).length
    const fits = (rival.had.get(id) ?? 0) + before <= most
    const tooMany = fromMs <= nowMs && fits && (rival.had.get(id) ?? 0) + before + 1 > most
    const tooSoon = apart !== undefined && fits && rival.atMs - nowMs < durationMs(apart)
    if (!tooMany && !tooSoon) continue
    const why = tooMany
      ? `${days} 天内${tier === undefined ? '' : `「${tier}」`}最多 ${most} 次`
      : `两次之间至少隔 ${apart}`
    return `${why}，留给「${rival.name}」（${shanghaiText(rival.atMs)}，优先级 ${rival.priority}）`
  }
  return undefined
}
