import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'

/** Reading straight after creation is refused (41063), and no guide is much faster. */
export const FIRST_POLL_MS = 10 * SECOND_MS
/** Results that are not known by then are not asked for any more. */
export const GIVE_UP_MS = 30 * DAY_MS
/** A guide who has not confirmed by then is reminded, once. */
export const REMIND_AFTER_MS = 3 * HOUR_MS
/** Reminders ring a phone: only within these Shanghai hours. */
const RING_FROM_HOUR = 9
const RING_UNTIL_HOUR = 21

/** When to ask again: at once while something is moving, so that a guide who has just confirmed sees it arrive; then every
 *  five minutes, hourly, daily. The platform calls nobody back. */
export function nextPollMs(nowMs: number, progressAtMs: number): number {
  const quietMs = nowMs - progressAtMs
  if (quietMs < 3 * MINUTE_MS) return nowMs + 10 * SECOND_MS
  if (quietMs < HOUR_MS) return nowMs + 5 * MINUTE_MS
  if (quietMs < DAY_MS) return nowMs + HOUR_MS
  return nowMs + DAY_MS
}

/** `atMs` itself within the ringing hours, else the next 9:00 in Shanghai. */
export function ringTime(atMs: number): number {
  const midnight = startOfShanghaiDay(atMs)
  if (atMs < midnight + RING_FROM_HOUR * HOUR_MS) return midnight + RING_FROM_HOUR * HOUR_MS
  if (atMs >= midnight + RING_UNTIL_HOUR * HOUR_MS) return midnight + DAY_MS + RING_FROM_HOUR * HOUR_MS
  return atMs
}

/** The end of the ringing hours of this day. */
export const ringEnd = (atMs: number): number => startOfShanghaiDay(atMs) + RING_UNTIL_HOUR * HOUR_MS
