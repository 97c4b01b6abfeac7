import type { Clock } from '../server/core/kernel/clock.ts'

/** A clock that can be moved: by moving the one below when that can be moved, else by an offset. */
export interface MovableClock extends Clock {
  /** Milliseconds, forwards or back. */
  move(ms: number): void
}

export function createMovableClock(below: Clock & { advance?: (ms: number) => void }): MovableClock {
  let offsetMs = 0
  return {
    now: () => below.now() + offsetMs,
    move: (ms) => {
      if (below.advance) below.advance(ms)
      else offsetMs += ms
    },
  }
}
