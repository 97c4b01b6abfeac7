import type { Tx } from '../../core/db/tx.ts'
import { finishRunIfDone } from './finish-run.ts'
import type { BatchRow, BatchState, Outcome } from './send-run.ts'

/** Customers per statement, below SQLite's limit of marks. */
const PART = 1_000

export interface Verdict {
  outcome: Exclude<Outcome, 'planned' | 'excluded'>
  /** Chinese; undefined when the outcome says all. */
  reason?: string | undefined
  /** UTC milliseconds. */
  atMs: number
}

/** Writes what became of these customers of a batch; an outcome is written once and stays. The timeline is told later
 *  from the rows (`note_due`), so that ten thousand outcomes are one statement. Gives how many were new. */
export async function settle(tx: Tx, batchId: number, externalUserIds: string[], verdict: Verdict): Promise<number> {
  let changed = 0
  for (let at = 0; at < externalUserIds.length; at += PART) {
    const part = externalUserIds.slice(at, at + PART)
    changed += await tx.run(
      `UPDATE send_recipient SET outcome = ?, reason = ?, outcome_at = ?, note_due = 1
       WHERE batch_id = ? AND outcome = 'planned' AND external_userid IN (${part.map(() => '?').join(', ')})`,
      [verdict.outcome, verdict.reason ?? null, verdict.atMs, batchId, ...part],
    )
  }
  return changed
}

/** The same for all customers of a batch who have no outcome yet. */
export function settleRest(tx: Tx, batchId: number, verdict: Verdict): Promise<number> {
  return tx.run(
    `UPDATE send_recipient SET outcome = ?, reason = ?, outcome_at = ?, note_due = 1
     WHERE batch_id = ? AND outcome = 'planned'`,
    [verdict.outcome, verdict.reason ?? null, verdict.atMs, batchId],
  )
}

/** Customers of a batch without an outcome. */
export async function waitingCount(tx: Tx, batchId: number): Promise<number> {
  const row = await tx.row<{ waiting: number }>(
    `SELECT COUNT(*) AS waiting FROM send_recipient WHERE batch_id = ? AND outcome = 'planned'`,
    [batchId],
  )
  return Number(row?.waiting ?? 0)
}

/** Nothing more is asked about this batch; the run ends with its last one. */
export async function endBatch(
  tx: Tx,
  batch: Pick<BatchRow, 'id' | 'run_id'>,
  state: Extract<BatchState, 'closed' | 'failed'>,
  nowMs: number,
): Promise<void> {
  await tx.run('UPDATE send_batch SET state = ?, poll_at = NULL, remind_at = NULL WHERE id = ?', [state, batch.id])
  await finishRunIfDone(tx, batch.run_id, nowMs)
}
