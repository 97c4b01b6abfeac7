import { alias } from '../../core/db/define-table.ts'
import { list, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { OPEN_BATCH_STATES } from './send-states.ts'
import { SEND_BATCH, SEND_RUN } from './send-tables.ts'

/** Ends a run whose last batch has ended. Safe to repeat. */
export async function finishRunIfDone(tx: Tx, runId: number, nowMs: number): Promise<void> {
  const b = alias(SEND_BATCH, 'b')
  await tx.run(
    sql`UPDATE ${SEND_RUN} SET ${set(SEND_RUN, { state: 'finished', finished_at: nowMs })}
        WHERE ${SEND_RUN.id} = ${runId} AND ${SEND_RUN.state} = 'running'
          AND NOT EXISTS (SELECT 1 FROM ${b} WHERE ${b.run_id} = ${runId} AND ${b.state} IN ${list(OPEN_BATCH_STATES)})`,
  )
}
