import type { Lane } from '../../../core/kernel/lane.ts'
import type { Place } from '../../../core/kernel/place.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { processShare } from './process-share.ts'

/** What was cut by 45033 grows back by one in this time. */
const GROW_EVERY_MS = MINUTE_MS
/** Calls that were under way when it was cut may be refused, too, and say nothing new. */
const SAME_REFUSAL_MS = SECOND_MS

const isLate = (lane: Lane): boolean => lane === 'campaign' || lane === 'backfill'

/** How many calls of an endpoint may be under way at once: of `most`, which all processes have together, the share of this
 *  process's `place`; fewer for a while after WeCom has refused for that. */
export function createCallsAtOnce(most: number, place: () => Place) {
  /** By all processes together. */
  let allowed = most
  let cutAtMs = 0
  let refusedAtMs = Number.NEGATIVE_INFINITY
  let underWay = 0
  let underWayLate = 0

  function shareNow(nowMs: number): number {
    while (allowed < most && nowMs - cutAtMs >= GROW_EVERY_MS) {
      allowed += 1
      cutAtMs += GROW_EVERY_MS
    }
    return processShare(allowed, place())
  }

  return {
    shareNow,
    /** False while as many calls are under way as are allowed now; late lanes leave one of them to the others. */
    enter: (lane: Lane, nowMs: number): boolean => {
      const mine = shareNow(nowMs)
      if (underWay >= mine) return false
      if (isLate(lane) && underWayLate >= Math.max(1, mine - 1)) return false
      underWay += 1
      if (isLate(lane)) underWayLate += 1
      return true
    },
    leave: (lane: Lane): void => {
      underWay -= 1
      if (isLate(lane)) underWayLate -= 1
    },
    /** WeCom refused for too many at once: half of them, once for all that are refused together. Gives what is allowed from now on. */
    cut: (nowMs: number): { calls: number; atMs: number } => {
      if (nowMs - refusedAtMs < SAME_REFUSAL_MS) return { calls: allowed, atMs: cutAtMs }
      refusedAtMs = nowMs
      allowed = Math.max(1, Math.floor(allowed / 2))
      cutAtMs = nowMs
      return { calls: allowed, atMs: nowMs }
    },
    /** Another process was refused. */
    hear: (told: { calls: number; atMs: number }): void => {
      if (told.atMs <= cutAtMs || told.calls >= allowed) return
      allowed = told.calls
      cutAtMs = told.atMs
    },
  }
}
