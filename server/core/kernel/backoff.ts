/** Milliseconds to wait after the `attempt`-th failure (from 1): the list, then its last entry. */
export function backoffMs(scheduleMs: readonly number[], attempt: number): number {
  return scheduleMs[Math.min(attempt, scheduleMs.length) - 1] ?? 0
}

/** What was tried so often, events as well as actions, is given up and left to a person. By their schedules that is after six
 *  hours and after half a day. */
export const MAX_ATTEMPTS = 12
