import { list, pick, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { SOP_LOOK } from '../sop-tables.ts'
import { ALPHA } from './drawn-evidence.ts'

/** Evidence is kept in whole millionths of its logarithm. */
const MICRO = 1_000_000

export const lookStore = {
  /** Largest logarithm of evidence of these comparisons at any look so far. */
  mostEvidence: async (tx: Tx, comparisons: string[]): Promise<Map<string, number>> => {
    if (comparisons.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${pick(SOP_LOOK, 'comparison', 'most_evidence')} FROM ${SOP_LOOK}
          WHERE ${SOP_LOOK.comparison} IN ${list(comparisons)}`,
    )
    return new Map(rows.map((row) => [row.comparison, row.most_evidence / MICRO]))
  },

  /** One more look: the largest evidence stays, whatever later looks see. Safe to repeat. */
  write: async (
    tx: Tx,
    {
      comparison,
      evidence,
      comparisons,
      nowMs,
    }: { comparison: string; evidence: number; comparisons: number; nowMs: number },
  ): Promise<void> => {
    const micro = Math.round(evidence * MICRO)
    const first = { comparison, looks: 0, most_evidence: micro, first_at: nowMs, last_at: nowMs }
    await tx.insertIgnore(SOP_LOOK, [first])
    const { looks, most_evidence: most } = SOP_LOOK
    const isIt = sql`${SOP_LOOK.comparison} = ${comparison}`
    await tx.run(
      sql`UPDATE ${SOP_LOOK} SET ${looks} = ${looks} + 1, ${set(SOP_LOOK, { last_at: nowMs })},
            ${most} = CASE WHEN ${most} < ${micro} THEN ${micro} ELSE ${most} END WHERE ${isIt}`,
    )
    if (evidence < Math.log(comparisons / ALPHA)) return
    await tx.run(
      sql`UPDATE ${SOP_LOOK} SET ${set(SOP_LOOK, { proven_at: nowMs })} WHERE ${isIt} AND ${SOP_LOOK.proven_at} IS NULL`,
    )
  },
}
