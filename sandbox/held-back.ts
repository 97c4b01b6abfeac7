import type { Clock } from '../server/core/kernel/clock.ts'
import type { Arrival } from './delivery-fate.ts'
import type { SeededRandom } from './random.ts'

/** With no later event to overtake it, a held one goes on after this long (real time). */
const IDLE_MS = 25
const LOOK_AGAIN_MS = 1_000

interface Held<T> {
  item: T
  atEvent: number
  atMs: number
}

/** What is kept back so that others overtake it, or until its time has come by the sandbox's clock. */
export function createHeldBack<T>(options: { clock: Clock; random: SeededRandom; release: (item: T) => void }) {
  const { clock, random, release } = options
  let held: Held<T>[] = []
  let events = 0
  let idleTimer: NodeJS.Timeout | undefined
  let lateTimer: NodeJS.Timeout | undefined

  const releaseIf = (isReady: (one: Held<T>) => boolean): T[] => {
    if (held.length === 0) return []
    const nowMs = clock.now()
    const ready = held.filter((one) => one.atMs <= nowMs && isReady(one))
    if (ready.length === 0) return []
    held = held.filter((one) => !ready.includes(one))
    return ready.map((one) => one.item)
  }
  /** All that only waits to be overtaken; returns how many. */
  const releaseAll = (): number => {
    clearTimeout(idleTimer)
    idleTimer = undefined
    const items = random.shuffle(releaseIf(() => true))
    for (const item of items) release(item)
    return items.length
  }
  const watchClock = (): void => {
    const nextMs = Math.min(...held.filter((one) => one.atMs > 0).map((one) => one.atMs))
    clearTimeout(lateTimer)
    if (!Number.isFinite(nextMs)) return
    const waitMs = Math.min(Math.max(nextMs - clock.now(), IDLE_MS), LOOK_AGAIN_MS)
    lateTimer = setTimeout(() => {
      releaseAll()
      watchClock()
    }, waitMs).unref()
  }

  return {
    hold: (item: T, { afterEvents, afterMs }: Arrival): void => {
      held.push({ item, atEvent: events + afterEvents, atMs: afterMs === 0 ? 0 : clock.now() + afterMs })
      if (afterMs > 0) watchClock()
      else if (idleTimer) idleTimer.refresh()
      else idleTimer = setTimeout(releaseAll, IDLE_MS)
    },
    /** An event passes by. */
    passed: (): void => {
      events += 1
      for (const item of releaseIf((one) => one.atEvent <= events)) release(item)
    },
    releaseAll,
    close: (): void => {
      clearTimeout(idleTimer)
      clearTimeout(lateTimer)
      held = []
    },
  }
}
