import { DAY_MS, HOUR_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'

/** Whole Shanghai calendar days between an instant in SQL and now, as `shanghaiDaysBetween` counts them. Mentions the
 *  instant once: it may be a subquery. The half day makes rounding up of rounding, the only one of the two that both
 *  databases have; the half millisecond keeps an instant at midnight on its own day. Doubles, since MySQL's decimals would
 *  lose that half millisecond. */
export const daysSinceSql = (instantSql: string, nowMs: number): string =>
  `ROUND((${startOfShanghaiDay(nowMs) + DAY_MS / 2 - 0.5} - ${instantSql}) / ${DAY_MS}e0)`

/** First instant of the last `days` Shanghai days, today included. */
export const startOfLastDays = (days: number, nowMs: number): number => startOfShanghaiDay(nowMs) - (days - 1) * DAY_MS

/** Whole hours that have passed since an instant in SQL, which it mentions twice; in whole numbers, which both databases divide
 *  alike once the remainder is taken off. */
export function hoursSinceSql(instantSql: string, nowMs: number): string {
  const passed = `(${nowMs} - ${instantSql})`
  return `(${passed} - ${passed} % ${HOUR_MS}) / ${HOUR_MS}`
}
