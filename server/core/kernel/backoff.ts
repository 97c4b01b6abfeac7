/** Milliseconds to wait after the `attempt`-th failure (from 1): the list, then its last entry. */
export function backoffMs(scheduleMs: readonly number[], attempt: number): number {
  return scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? 0
}
