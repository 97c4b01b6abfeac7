import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { quietUntil } from '../../rules/book/quiet-until.ts'

export interface NoticeAsked {
  nowMs: number
  /** When the next message to this guide goes, or the last one went; undefined: there was none. */
  nextAtMs: number | undefined
  /** Something of what is new cannot wait. */
  isUrgent: boolean
  /** `21:30-09:00`, Shanghai. */
  quiet: string | undefined
  /** So long between two messages. */
  apartMs: number
}

/** Urgent is what was given at most so long to be done. */
export const URGENT_MS = HOUR_MS
/** Between two messages even of urgent ones. */
const LEAST_APART_MS = MINUTE_MS

/** When a guide is told of new to-dos; undefined: they ride with the message that is about to go. What can wait is collected until
 *  the guide has been left alone for a while, and until quiet hours are over. */
export function noticeAt({ nowMs, nextAtMs, isUrgent, quiet, apartMs }: NoticeAsked): number | undefined {
  const isUnderWay = nextAtMs !== undefined && nextAtMs > nowMs
  if (isUrgent) {
    if (!isUnderWay) return nextAtMs === undefined ? nowMs : Math.max(nowMs, nextAtMs + LEAST_APART_MS)
    return nextAtMs - nowMs > LEAST_APART_MS ? nowMs : undefined
  }
  if (isUnderWay) return undefined
  const atMs = nextAtMs === undefined ? nowMs : Math.max(nowMs, nextAtMs + Math.max(apartMs, LEAST_APART_MS))
  return quietUntil(atMs, [quiet]) ?? atMs
}
