import { DAY_MS, HOUR_MS, MINUTE_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'

/** When these quiet hours (`21:30-09:00`, Shanghai), taken together, are over; undefined outside all of them. The first
 *  instant is quiet, the last is not. */
export function quietUntil(nowMs: number, hours: readonly (string | undefined)[]): number | undefined {
  let atMs = nowMs
  // The end of one may lie inside another.
  for (let round = 0; round <= hours.length; round++) {
    for (const one of hours) atMs = one === undefined ? atMs : (endOf(one, atMs) ?? atMs)
  }
  return atMs > nowMs ? atMs : undefined
}

function endOf(hours: string, atMs: number): number | undefined {
  const [from = 0, to = 0] = hours.split('-').map(afterMidnightMs)
  // No hours, or all of them: a fault of its own, of which nothing follows.
  if (from === to) return undefined
  const midnight = startOfShanghaiDay(atMs)
  const time = atMs - midnight
  if (from < to) return time >= from && time < to ? midnight + to : undefined
  if (time >= from) return midnight + DAY_MS + to
  return time < to ? midnight + to : undefined
}

function afterMidnightMs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * HOUR_MS + minutes * MINUTE_MS
}

const MORNING_MS = 9 * HOUR_MS

/** Nine o'clock of the next Shanghai day, or when the quiet hours of that morning are over. */
export function nextMorning(nowMs: number, quiet: string | undefined): number {
  const morning = startOfShanghaiDay(nowMs) + DAY_MS + MORNING_MS
  return quietUntil(morning, [quiet]) ?? morning
}
