import { durationMs } from '../../../core/kernel/duration-ms.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, shanghaiParts, startOfShanghaiDay } from '../../../core/kernel/shanghai.ts'
import type { WaitStep } from '../../../rules/schema/sop-step.ts'

/** `10:00` in milliseconds after midnight. */
export function timeOfDayMs(clockTime: string): number {
  const [hours = 0, minutes = 0] = clockTime.split(':').map(Number)
  return hours * HOUR_MS + minutes * MINUTE_MS
}

/** When a wait that begins at `fromMs` is over, UTC milliseconds. A time of day is Shanghai's: `days` later, or a day
 *  on when that is not after `fromMs`; a weekday is the next such one. For an event: when we stop waiting for it. */
export function waitDue(wait: WaitStep, fromMs: number): number {
  if (typeof wait === 'string') return fromMs + durationMs(wait)
  if ('event' in wait) return fromMs + durationMs(wait.atMost)
  const today = startOfShanghaiDay(fromMs) + timeOfDayMs(wait.until)
  if ('weekday' in wait) {
    const days = (wait.weekday - shanghaiParts(fromMs).weekday + 7) % 7
    const due = today + days * DAY_MS
    return due > fromMs ? due : due + 7 * DAY_MS
  }
  const due = today + (wait.days ?? 0) * DAY_MS
  return due > fromMs ? due : due + DAY_MS
}
