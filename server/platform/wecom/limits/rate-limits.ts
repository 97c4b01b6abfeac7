import { currentLane } from '../../../core/kernel/errand.ts'
import type { Lane } from '../../../core/kernel/lane.ts'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import { type Budget, createBudget } from './budget.ts'
import { limitsOf, type RateLimitOptions } from './documented-limits.ts'
import { createGate, type Gate } from './gate.ts'
import type { LimitBook } from './limit-book.ts'
import { ALONE, type Place } from './share.ts'

/** While the book cannot be reached, it is left alone so long, and each process keeps the limits by its own count. */
const AWAY_MS = 5 * SECOND_MS
/** How often a call asks again when others were quicker to use what was booked. */
const MOST_ASKS = 5
const BUSY_MS = 100

interface Entrance {
  gate: Gate
  budget: Budget
  asking: Promise<void> | undefined
}

/** Keeps each endpoint's calls within the documented limits, and learns from refusals. Every endpoint has its own, so
 *  none waits for another's backlog; every lane has a share of each. With a book, all processes that share it keep the
 *  limits together; without, or while it is away, each by itself. */
export function createRateLimits(options: RateLimitOptions = {}, book?: LimitBook) {
  const entrances = new Map<string, Entrance>()
  let place = ALONE
  let awayUntilMs = Number.NEGATIVE_INFINITY

  function entranceOf(path: string): Entrance {
    let entrance = entrances.get(path)
    if (entrance === undefined) {
      const gate = createGate(limitsOf(path, options), () => place)
      entrance = { gate, budget: createBudget(path, gate), asking: undefined }
      entrances.set(path, entrance)
    }
    return entrance
  }

  async function settle(shared: LimitBook, budgets: Budget[], nowMs: number): Promise<void> {
    const entries = budgets.map((budget) => budget.entry(nowMs))
    try {
      const answers = await shared.settle(entries, nowMs)
      for (const [index, answer] of answers.entries()) budgets[index]?.heard(answer, nowMs)
    } catch {
      awayUntilMs = nowMs + AWAY_MS
      for (const [index, entry] of entries.entries()) budgets[index]?.unheard(entry)
    }
  }

  function ask(shared: LimitBook, entrance: Entrance, nowMs: number): Promise<void> {
    entrance.asking ??= settle(shared, [entrance.budget], nowMs).finally(() => {
      entrance.asking = undefined
    })
    return entrance.asking
  }

  /** 0, or how long the lane must wait for what all processes together may do. */
  async function spend(shared: LimitBook, entrance: Entrance, lane: Lane, nowMs: number): Promise<number> {
    const { budget } = entrance
    for (let asks = 0; asks <= MOST_ASKS; asks++) {
      if (nowMs < awayUntilMs) return 0
      const fullMs = budget.fullMs(lane, nowMs)
      if (fullMs > 0) return fullMs
      if (budget.spend(lane, nowMs)) {
        if (budget.shouldBook(nowMs)) void ask(shared, entrance, nowMs)
        return 0
      }
      budget.waitFor(lane, 1)
      // An entry that is on its way does not know of us yet.
      await entrance.asking
      await ask(shared, entrance, nowMs)
      budget.waitFor(lane, -1)
      const closedMs = entrance.gate.waitMs(lane, nowMs)
      if (closedMs > 0) return closedMs
    }
    return BUSY_MS
  }

  return {
    /** 0: the call is counted and may go; else the milliseconds until it may be asked again. Most calls do not wait for
     *  the book: see budget.ts. */
    take: async (path: string, nowMs: number, lane: Lane = currentLane()): Promise<number> => {
      const entrance = entranceOf(path)
      const waitMs = entrance.gate.waitMs(lane, nowMs)
      if (waitMs > 0) return waitMs
      const sharedMs = book === undefined ? 0 : await spend(book, entrance, lane, nowMs)
      if (sharedMs === 0) entrance.gate.count(lane, nowMs)
      return sharedMs
    },
    /** What may be under way at once is divided among the processes that live. */
    divide: (among: Place): void => {
      place = among
    },
    /** False while as many calls are under way as are allowed now. */
    enter: (path: string, lane: Lane, nowMs: number): boolean => entranceOf(path).gate.enter(lane, nowMs),
    leave: (path: string, lane: Lane): void => entranceOf(path).gate.leave(lane),
    /** What the platform said about the call; gives how long the endpoint is closed now. The others are told at once. */
    learn: (path: string, errcode: number, nowMs: number): number => {
      const entrance = entranceOf(path)
      const closedMs = entrance.gate.learn(errcode, nowMs)
      if (book !== undefined && (errcode === 45009 || errcode === 45033)) void ask(book, entrance, nowMs)
      return closedMs
    },
    /** Books what was used on trust and hears what the others have learned: once a second, and before the process ends. */
    flush: async (nowMs: number): Promise<void> => {
      for (const { asking } of entrances.values()) await asking
      const unbooked = [...entrances.values()].filter(({ budget }) => budget.hasUnbooked(nowMs))
      if (book === undefined || unbooked.length === 0 || nowMs < awayUntilMs) return
      await settle(
        book,
        unbooked.map(({ budget }) => budget),
        nowMs,
      )
    },
    /** What may go to an endpoint at most, as far as this process knows. */
    paceOf: (path: string, nowMs: number) => {
      const { gate } = entranceOf(path)
      return {
        windows: gate.windowsNow(nowMs),
        concurrency: gate.shareNow(nowMs),
        closedMs: Math.max(0, gate.closedUntilMs() - nowMs),
      }
    },
  }
}

export type RateLimits = ReturnType<typeof createRateLimits>
