import type { Tx } from '../../core/db/tx.ts'

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
    const rows = await tx.rows<{ day_at: number; at_wecom: number; heard: number }>(
      'SELECT day_at, at_wecom, heard FROM feedback_day WHERE userid = ? AND day_at >= ?',
      [userId, fromMs],
    )
    const known = new Map(rows.map((row) => [row.day_at, row]))
    const differ = days.filter(({ dayMs, atWecom, heard }) => {
      const before = known.get(dayMs)
      if (before === undefined) return atWecom > 0 || heard > 0
      return before.at_wecom !== atWecom || before.heard !== heard
    })
    if (differ.length === 0) return
    await tx.upsert(
      'feedback_day',
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
  sumsSince: async (tx: Tx, fromMs: number): Promise<{ userId: string; atWecom: number; heard: number }[]> =>
    (
      await tx.rows<{ userid: string; at_wecom: number; heard: number }>(
        `SELECT userid, SUM(at_wecom) AS at_wecom, SUM(heard) AS heard FROM feedback_day WHERE day_at >= ?
         GROUP BY userid ORDER BY SUM(at_wecom) - SUM(heard) DESC, userid`,
        [fromMs],
      )
    ).map((row) => ({ userId: row.userid, atWecom: Number(row.at_wecom), heard: Number(row.heard) })),
}
