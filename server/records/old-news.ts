import { DAY_MS } from '../core/kernel/shanghai.ts'

/** A journey counts its waits from what began it: 「三天后问收货」 of an order told a week late would be asked on the wrong day.
 *  Longer than a weekend on which a shop's system was down. */
const BEGINS_A_JOURNEY_FOR_MS = 3 * DAY_MS
/** Where somebody belongs is a state, which an order changes however late it is told: who paid is invited, who got the money
 *  back is asked to leave. Older than this it comes from a file of the past, and nobody is asked for anything today. */
const ASKS_GUIDES_FOR_MS = 30 * DAY_MS

/** `atMs`: when it happened. UTC milliseconds. */
export const isTooOldToBegin = ({ atMs }: { atMs: number }, nowMs: number): boolean =>
  nowMs - atMs > BEGINS_A_JOURNEY_FOR_MS
export const isTooOldToAsk = ({ atMs }: { atMs: number }, nowMs: number): boolean => nowMs - atMs > ASKS_GUIDES_FOR_MS
