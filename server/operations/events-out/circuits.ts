import { MINUTE_MS } from '../../core/kernel/shanghai.ts'

const FAILURES_BEFORE_PAUSE = 5
const LONGEST_PAUSE_MS = 10 * MINUTE_MS

/** After five failures in a row a receiver is left alone for a minute, then two, up to ten: its waiting deliveries would
 *  each take their ten seconds to fail, and hold up those of the others. In memory: a restart asks anew. */
export function createCircuits() {
  const states = new Map<string, { failures: number; pausedUntilMs: number }>()
  return {
    /** Milliseconds until it may be tried again; 0: now. */
    pausedMs: (name: string, nowMs: number): number => Math.max(0, (states.get(name)?.pausedUntilMs ?? 0) - nowMs),
    /** True when it answered again after a pause. */
    succeeded: (name: string): boolean => {
      const wasPaused = (states.get(name)?.failures ?? 0) >= FAILURES_BEFORE_PAUSE
      states.delete(name)
      return wasPaused
    },
    /** True when this failure begins the first pause. */
    failed: (name: string, nowMs: number): boolean => {
      const state = states.get(name) ?? { failures: 0, pausedUntilMs: 0 }
      // Those under way together fail together: one failure.
      if (nowMs < state.pausedUntilMs) return false
      state.failures += 1
      states.set(name, state)
      if (state.failures < FAILURES_BEFORE_PAUSE) return false
      const pauses = state.failures - FAILURES_BEFORE_PAUSE
      state.pausedUntilMs = nowMs + Math.min(MINUTE_MS * 2 ** pauses, LONGEST_PAUSE_MS)
      return pauses === 0
    },
  }
}
