import type { Clock } from '../../core/kernel/clock.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'

/** How many calls to one shop this process may make now: its part of so many a second. What a reading needs beyond the room
 *  there is comes off the next seconds. */
export function createCallBudget({ perSecond, clock }: { perSecond: number; clock: Clock }) {
  let share = 1
  let room = perSecond
  let filledAtMs = clock.now()

  function fill(): void {
    const now = clock.now()
    const own = perSecond / share
    const passed = Math.max(0, now - filledAtMs) / SECOND_MS
    // Where there are more processes than calls a second, each saves up for its next one.
    room = Math.min(Math.max(1, own), room + passed * own)
    filledAtMs = now
  }

  return {
    /** Whole calls. */
    room: (): number => {
      fill()
      return Math.max(0, Math.floor(room))
    },
    spend: (): void => {
      fill()
      room -= 1
    },
    /** Among how many processes it is divided. */
    divide: (processes: number): void => {
      share = Math.max(1, processes)
    },
  }
}
