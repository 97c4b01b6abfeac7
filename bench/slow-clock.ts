import type { Clock } from '../server/core/kernel/clock.ts'

export interface SlowClock extends Clock {
  /** To a later instant at once: what nobody works in need not be waited for. */
  jumpTo(instantMs: number): void
}

/** Runs at `pace` times the speed of the wall clock (below 1: slower), so that a machine that is slower than the platform
 *  allows still meets the platform's limits, and hours of waiting for them take no time. */
export function createSlowClock(startMs: number, pace: number): SlowClock {
  const began = performance.now()
  let jumpedMs = 0
  const now = (): number => Math.floor(startMs + jumpedMs + (performance.now() - began) * pace)
  return {
    now,
    jumpTo: (instantMs) => {
      jumpedMs += Math.max(0, instantMs - now())
    },
  }
}
