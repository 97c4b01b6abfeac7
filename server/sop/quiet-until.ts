import { DAY_MS, startOfShanghaiDay } from '../kernel/shanghai.ts'
import { timeOfDayMs } from './wait-due.ts'

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
  const [from = 0, to = 0] = hours.split('-').map(timeOfDayMs)
  const midnight = startOfShanghaiDay(atMs)
  const time = atMs - midnight
  if (from < to) return time >= from && time < to ? midnight + to : undefined
  if (time >= from) return midnight + DAY_MS + to
  return time < to ? midnight + to : undefined
}
