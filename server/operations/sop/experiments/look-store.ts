import type { Tx } from '../../../core/db/tx.ts'
import { ALPHA } from './msprt.ts'

/** Evidence is kept in whole millionths of its logarithm. */
const MICRO = 1_000_000

export const lookStore = {
  /** Largest logarithm of evidence of these comparisons at any look so far. */
  mostEvidence: async (tx: Tx, comparisons: string[]): Promise<Map<string, number>> => {
    if (comparisons.length === 0) return new Map()
    const rows = await tx.rows<{ comparison: string; most_evidence: number }>(
      `SELECT comparison, most_evidence FROM sop_look WHERE comparison IN (${comparisons.map(() => '?').join(', ')})`,
      comparisons,
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
    await tx.insertIgnore('sop_look', [first])
    await tx.run(
      `UPDATE sop_look SET looks = looks + 1, last_at = ?,
       most_evidence = CASE WHEN most_evidence < ? THEN ? ELSE most_evidence END WHERE comparison = ?`,
      [nowMs, micro, micro, comparison],
    )
    if (evidence < Math.log(comparisons / ALPHA)) return
    await tx.run('UPDATE sop_look SET proven_at = ? WHERE comparison = ? AND proven_at IS NULL', [nowMs, comparison])
  },
}
