import { currentLane } from '../../../core/kernel/call-context.ts'
import type { Lane } from '../../../core/kernel/lane.ts'
import { ALONE, type Place } from '../../../core/kernel/place.ts'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { ERRCODE } from '../error-codes/errcode.ts'
import { type BookedQuota, createBookedQuota } from './booked-quota.ts'
import { limitsOf, type RateLimitOptions } from './documented-limits.ts'
import { createEndpointAllowance, type EndpointAllowance } from './endpoint-allowance.ts'
import type { SharedLimits } from './shared-limits.ts'

/** While the book cannot be reached, it is left alone so long, and each process keeps the limits by its own count. */
const AWAY_MS = 5 * SECOND_MS
/** How often a call asks again when others were quicker to use what was booked. */
const MOST_ASKS = 5
const BUSY_MS = 100

interface Entrance {
  allowance: EndpointAllowance
  quota: BookedQuota
  asking: Promise<void> | undefined
}

/** Keeps each endpoint's calls within the documented limits, and learns from refusals. Every endpoint has its own, so
 *  none waits for another's backlog; every lane has a share of each. With a book, all processes that share it keep the
 *  limits together; without, or while it is away, each by itself. */
export function createRateLimits(options: RateLimitOptions = {}, book?: SharedLimits) {
  const entrances = new Map<string, Entrance>()
  let place = ALONE
  let awayUntilMs = Number.NEGATIVE_INFINITY

  function entranceOf(path: string): Entrance {
    let entrance = entrances.get(path)
    if (entrance === undefined) {
      const allowance = createEndpointAllowance(limitsOf(path, options), () => place)
      entrance = { allowance, quota: createBookedQuota(path, allowance), asking: undefined }
      entrances.set(path, entrance)
    }
    return entrance
  }

  async function settle(shared: SharedLimits, quotas: BookedQuota[], nowMs: number): Promise<void> {
    const entries = quotas.map((quota) => quota.entry(nowMs))
    try {
      const answers = await shared.settle(entries, nowMs)
      for (const [index, answer] of answers.entries()) quotas[index]?.heard(answer, nowMs)
    } catch {
      awayUntilMs = nowMs + AWAY_MS
      for (const [index, entry] of entries.entries()) quotas[index]?.unheard(entry)
    }
  }

  function ask(shared: SharedLimits, entrance: Entrance, nowMs: number): Promise<void> {
    entrance.asking ??= settle(shared, [entrance.quota], nowMs).finally(() => {
      entrance.asking = undefined
    })
    return entrance.asking
  }

  /** 0, or how long the lane must wait for what all processes together may do. */
  async function spend(shared: SharedLimits, entrance: Entrance, lane: Lane, nowMs: number): Promise<number> {
    const { quota } = entrance
    for (let asks = 0; asks <= MOST_ASKS; asks++) {
      if (nowMs < awayUntilMs) return 0
      const fullMs = quota.fullMs(lane, nowMs)
      if (fullMs > 0) return fullMs
      if (quota.spend(lane, nowMs)) {
        if (quota.shouldBook(nowMs)) void ask(shared, entrance, nowMs)
        return 0
      }
      quota.waitFor(lane, 1)
      // An entry that is on its way does not know of us yet.
      await entrance.asking
      await ask(shared, entrance, nowMs)
      quota.waitFor(lane, -1)
      const closedMs = entrance.allowance.waitMs(lane, nowMs)
      if (closedMs > 0) return closedMs
    }
    return BUSY_MS
  }

  return {
    /** 0: the call is counted and may go; else the milliseconds until it may be asked again. Most calls do not wait for
     *  the book: see booked-quota.ts. */
    take: async (path: string, nowMs: number, lane: Lane = currentLane()): Promise<number> => {
      const entrance = entranceOf(path)
      const waitMs = entrance.allowance.waitMs(lane, nowMs)
      if (waitMs > 0) return waitMs
      const sharedMs = book === undefined ? 0 : await spend(book, entrance, lane, nowMs)
      if (sharedMs === 0) entrance.allowance.count(lane, nowMs)
      return sharedMs
    },
    /** What may be under way at once is divided among the processes that live. */
    divide: (among: Place): void => {
      place = among
    },
    /** False while as many calls are under way as are allowed now. */
    enter: (path: string, lane: Lane, nowMs: number): boolean => entranceOf(path).allowance.enter(lane, nowMs),
    leave: (path: string, lane: Lane): void => entranceOf(path).allowance.leave(lane),
    /** What the platform said about the call; gives how long the endpoint is closed now. The others are told at once. */
    learn: (path: string, errcode: number, nowMs: number): number => {
      const entrance = entranceOf(path)
      const closedMs = entrance.allowance.learn(errcode, nowMs)
      if (book !== undefined && (errcode === ERRCODE.tooManyCalls || errcode === ERRCODE.tooManyAtOnce))
        void ask(book, entrance, nowMs)
      return closedMs
    },
    /** Books what was used on trust and hears what the others have learned: once a second, and before the process ends. */
    flush: async (nowMs: number): Promise<void> => {
      for (const { asking } of entrances.values()) await asking
      const unbooked = [...entrances.values()].filter(({ quota }) => quota.hasUnbooked(nowMs))
      if (book === undefined || unbooked.length === 0 || nowMs < awayUntilMs) return
      await settle(
        book,
        unbooked.map(({ quota }) => quota),
        nowMs,
      )
    },
    /** What may go to an endpoint at most, as far as this process knows. */
    paceOf: (path: string, nowMs: number) => {
      const { allowance } = entranceOf(path)
      return {
        windows: allowance.windowsNow(nowMs),
        concurrency: allowance.shareNow(nowMs),
        closedMs: Math.max(0, allowance.closedUntilMs() - nowMs),
      }
    },
  }
}

export type RateLimits = ReturnType<typeof createRateLimits>
