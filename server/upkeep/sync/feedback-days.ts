import { number, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { FEEDBACK_DAY } from './sync-tables.ts'

/** One guide's Shanghai day. */
export interface FeedbackDay {
  userId: string
  /** Its first instant, UTC milliseconds. */
  dayMs: number
  /** Customers who deleted or blocked the guide: by WeCom's statistics, and of whom callbacks told us. */
  atWecom: number
  heard: number
}

export const feedbackDays = {
  /** Writes the days that are other than they were. */
  keep: async (tx: Tx, userId: string, days: FeedbackDay[], fromMs: number, nowMs: number): Promise<void> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(FEEDBACK_DAY, 'day_at', 'at_wecom', 'heard')} FROM ${FEEDBACK_DAY}
          WHERE ${FEEDBACK_DAY.userid} = ${userId} AND ${FEEDBACK_DAY.day_at} >= ${fromMs}`,
    )
    const known = new Map(rows.map((row) => [row.day_at, row]))
    const differ = days.filter(({ dayMs, atWecom, heard }) => {
      const before = known.get(dayMs)
      if (before === undefined) return atWecom > 0 || heard > 0
      return before.at_wecom !== atWecom || before.heard !== heard
    })
    if (differ.length === 0) return
    await tx.upsert(
      FEEDBACK_DAY,
      differ.map(({ dayMs, atWecom, heard }) => ({
        userid: userId,
        day_at: dayMs,
        at_wecom: atWecom,
        heard,
        compared_at: nowMs,
      })),
      ['userid', 'day_at'],
    )
  },
  /** Per guide, the largest difference first. */
  sumsSince: (tx: Tx, fromMs: number): Promise<{ userId: string; atWecom: number; heard: number }[]> => {
    const [atWecom, heard] = [sql`SUM(${FEEDBACK_DAY.at_wecom})`, sql`SUM(${FEEDBACK_DAY.heard})`]
    return tx.rows(
      sql`SELECT ${select({ userId: FEEDBACK_DAY.userid, atWecom: number(atWecom), heard: number(heard) })}
          FROM ${FEEDBACK_DAY} WHERE ${FEEDBACK_DAY.day_at} >= ${fromMs}
          GROUP BY ${FEEDBACK_DAY.userid} ORDER BY ${atWecom} - ${heard} DESC, ${FEEDBACK_DAY.userid}`,
    )
  },
}
