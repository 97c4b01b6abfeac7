import type { Lane } from '../../../core/kernel/lane.ts'
import { ALONE, type Place } from '../../../core/kernel/place.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../../core/kernel/shanghai.ts'
import { ERRCODE } from '../error-codes/errcode.ts'
import { createCallsAtOnce } from './calls-at-once.ts'
import type { EndpointLimits, WindowLimit } from './documented-limits.ts'
import type { LimitAnswer, LimitEntry } from './shared-limits.ts'
import { createSlidingWindow } from './sliding-window.ts'

/** A minute's limit that turned out lower than documented grows back by a tenth of the documented in this time. */
const LEARNED_GROWS_EVERY_MS = 10 * MINUTE_MS
/** The oldest documented limit was a tenth of today's; one odd refusal shall not bring us lower. */
const LEARNED_LEAST = 0.1
/** So full by our count, a window is what WeCom refused for. */
const NEARLY_FULL = 0.9

/** One endpoint of the platform as one process sees it: what may go now, and what refusals have taught. Of what all
 *  processes may have under way at once it takes the share of its `place`. */
export function createEndpointAllowance(limits: EndpointLimits, place: () => Place = () => ALONE) {
  const windows = limits.windows.map(({ lengthMs, limit }) => ({
    lengthMs,
    limit,
    calls: createSlidingWindow({ lengthMs }),
  }))
  const minute = windows.find(({ lengthMs }) => lengthMs === MINUTE_MS)
  const atOnce = createCallsAtOnce(limits.concurrency, place)
  let closedUntilMs = 0
  /** 45009 in a row. */
  let blocks = 0
  let learned: { perMinute: number; atMs: number } | undefined
  /** Of all processes, as far as we were told. */
  let usedInMinute = 0
  let news: Pick<LimitEntry, 'closedUntilMs' | 'allowed' | 'learned'> = {}

  function limitNow({ lengthMs, limit }: WindowLimit, nowMs: number): number {
    if (lengthMs !== MINUTE_MS || learned === undefined) return limit
    const tenths = Math.floor((nowMs - learned.atMs) / LEARNED_GROWS_EVERY_MS)
    return Math.min(limit, learned.perMinute + Math.ceil((limit / 10) * tenths))
  }

  /** The block lasts as long as the window that was exceeded (doc 90454); which that was, only our count can tell. */
  function blockMs(nowMs: number): number {
    const full = windows.findLast(
      ({ lengthMs, limit, calls }) => lengthMs > MINUTE_MS && calls.used(nowMs) >= limit * NEARLY_FULL,
    )
    if (full === undefined) return Math.min(HOUR_MS, limits.closedMs * 2 ** blocks)
    return full.lengthMs === DAY_MS ? startOfShanghaiDay(nowMs) + DAY_MS - nowMs : full.lengthMs
  }

  function learnLower(nowMs: number): void {
    if (minute === undefined) return
    const used = Math.max(minute.calls.used(nowMs), usedInMinute)
    if (used >= minute.limit * NEARLY_FULL) return
    const perMinute = Math.max(Math.ceil(minute.limit * LEARNED_LEAST), Math.floor(used * NEARLY_FULL))
    learned = { perMinute: Math.min(perMinute, limitNow(minute, nowMs)), atMs: nowMs }
    news = { ...news, learned }
  }

  function refusedForTooMany(nowMs: number): void {
    // Calls that were under way together are refused together: one block, not many.
    if (nowMs < closedUntilMs) return
    closedUntilMs = nowMs + blockMs(nowMs)
    blocks = Math.min(blocks + 1, 10)
    news = { ...news, closedUntilMs }
    learnLower(nowMs)
  }

  return {
    /** 0: by our own count a call may go; else the milliseconds until it may be asked again. */
    waitMs: (lane: Lane, nowMs: number): number => {
      if (nowMs < closedUntilMs) return closedUntilMs - nowMs
      return Math.max(0, ...windows.map((window) => window.calls.waitMs(lane, limitNow(window, nowMs), nowMs)))
    },
    count: (lane: Lane, nowMs: number): void => {
      for (const window of windows) window.calls.add(lane, nowMs)
    },
    enter: atOnce.enter,
    leave: atOnce.leave,
    /** What the platform said about a call; gives how long the endpoint is closed now. */
    learn: (errcode: number, nowMs: number): number => {
      if (errcode === ERRCODE.tooManyCalls) {
        refusedForTooMany(nowMs)
        return closedUntilMs - nowMs
      }
      blocks = 0
      if (errcode === ERRCODE.tooManyAtOnce) news = { ...news, allowed: atOnce.cut(nowMs) }
      return 0
    },
    /** The limits in force: documented, or lower where WeCom has shown so. */
    windowsNow: (nowMs: number): WindowLimit[] =>
      windows.map((window) => ({ lengthMs: window.lengthMs, limit: limitNow(window, nowMs) })),
    /** Calls that this process may have under way at once. */
    shareNow: atOnce.shareNow,
    closedUntilMs: () => closedUntilMs,
    hasNews: (): boolean => Object.keys(news).length > 0,
    /** What the other processes should know; told once. */
    takeNews: () => {
      const told = news
      news = {}
      return told
    },
    /** It could not be told: the next time, then. */
    keepNews: (untold: typeof news): void => {
      news = { ...untold, ...news }
    },
    /** What others have learned. */
    hear: (answer: LimitAnswer): void => {
      usedInMinute = answer.usedInMinute
      if ((answer.closedUntilMs ?? 0) > closedUntilMs) closedUntilMs = answer.closedUntilMs ?? 0
      if (answer.allowed !== undefined) atOnce.hear(answer.allowed)
      if (answer.learned !== undefined && answer.learned.atMs > (learned?.atMs ?? 0)) learned = answer.learned
    },
  }
}

export type EndpointAllowance = ReturnType<typeof createEndpointAllowance>
