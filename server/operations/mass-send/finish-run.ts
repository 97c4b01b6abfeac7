import type { Tx } from '../../core/db/tx.ts'
import { OPEN_BATCH_STATES } from './send-run.ts'

const OPEN = OPEN_BATCH_STATES.map((state) => `'${state}'`).join(', ')

/** Ends a run whose last batch has ended. Safe to repeat. */
export async function finishRunIfDone(tx: Tx, runId: number, nowMs: number): Promise<void> {
  await tx.run(
    `UPDATE send_run SET state = 'finished', finished_at = ?
     WHERE id = ? AND state = 'running'
       AND NOT EXISTS (SELECT 1 FROM send_batch b WHERE b.run_id = send_run.id AND b.state IN (${OPEN}))`,
    [nowMs, runId],
  )
}
