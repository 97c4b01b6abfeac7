import { shanghaiDaysBetween, shanghaiText } from '../../../core/kernel/shanghai.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import { drawPoint } from '../model/draw.ts'
import type { Entry } from '../model/sop-entry.ts'

/** Why somebody whose last time was `latest` may not enter at this instant, one Chinese line; undefined when they may.
 *  Nobody is in one SOP twice at once; again only after the stated Shanghai days since the last time ended. */
export function refusal(sop: Pick<Sop, 'value'>, latest: Entry | undefined, nowMs: number): string | undefined {
  const { valid, reenterAfterDays } = sop.value
  const today = shanghaiText(nowMs).slice(0, 10)
  if (valid?.from !== undefined && today < valid.from) return `有效期从 ${valid.from} 开始`
  if (valid?.to !== undefined && today > valid.to) return `有效期到 ${valid.to} 为止`
  if (latest === undefined) return undefined
  if (latest.state === 'active' || latest.endedAtMs === undefined) return '已经在这个 SOP 里'
  if (reenterAfterDays === undefined) return '进过一次，不再进'
  const days = shanghaiDaysBetween(latest.endedAtMs, nowMs)
  return days >= reenterAfterDays ? undefined : `上次结束才 ${days} 天，要隔 ${reenterAfterDays} 天`
}

/** Is this customer one of those who are only watched, to know what the journey brings; always the same ones. */
export const isHeldOut = (sop: Pick<Sop, 'name' | 'value'>, externalUserId: string): boolean => {
  const { holdOut } = sop.value
  return holdOut !== undefined && drawPoint(`hold-out:${sop.name}`, externalUserId) * 100 < holdOut.percent
}
