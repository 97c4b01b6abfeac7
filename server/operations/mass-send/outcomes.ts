import { count, list, type Sql, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { changeBatch } from './batches.ts'
import { finishRunIfDone } from './finish-run.ts'
import type { BatchState, Outcome } from './send-states.ts'
import { type BatchRow, SEND_RECIPIENT } from './send-tables.ts'

/** Customers per statement, below SQLite's limit of marks. */
const PART = 1_000

export interface Verdict {
  outcome: Exclude<Outcome, 'planned' | 'excluded'>
  /** Chinese; undefined when the outcome says all. */
  reason?: string | undefined
  /** UTC milliseconds. */
  atMs: number
}

const isWaiting = (batchId: number): Sql =>
  sql`${SEND_RECIPIENT.batch_id} = ${batchId} AND ${SEND_RECIPIENT.outcome} = 'planned'`

const verdictSql = ({ outcome, reason, atMs }: Verdict): Sql =>
  set(SEND_RECIPIENT, { outcome, reason: reason ?? null, outcome_at: atMs, note_due: 1 })

/** Writes what became of these customers of a batch; an outcome is written once and stays. The timeline is told later
 *  from the rows (`note_due`), so that ten thousand outcomes are one statement. Gives how many were new. */
export async function settle(tx: Tx, batchId: number, externalUserIds: string[], verdict: Verdict): Promise<number> {
  let changed = 0
  for (let at = 0; at < externalUserIds.length; at += PART) {
    const part = externalUserIds.slice(at, at + PART)
    changed += await tx.run(
      sql`UPDATE ${SEND_RECIPIENT} SET ${verdictSql(verdict)}
          WHERE ${isWaiting(batchId)} AND ${SEND_RECIPIENT.external_userid} IN ${list(part)}`,
    )
  }
  return changed
}

/** The same for all customers of a batch who have no outcome yet. */
export function settleRest(tx: Tx, batchId: number, verdict: Verdict): Promise<number> {
  return tx.run(sql`UPDATE ${SEND_RECIPIENT} SET ${verdictSql(verdict)} WHERE ${isWaiting(batchId)}`)
}

/** Customers of a batch without an outcome. */
export async function waitingCount(tx: Tx, batchId: number): Promise<number> {
  const row = await tx.row(
    sql`SELECT ${select({ waiting: count() })} FROM ${SEND_RECIPIENT} WHERE ${isWaiting(batchId)}`,
  )
  return row?.waiting ?? 0
}

/** Nothing more is asked about this batch; the run ends with its last one. */
export async function endBatch(
  tx: Tx,
  batch: Pick<BatchRow, 'id' | 'run_id'>,
  state: Extract<BatchState, 'closed' | 'failed'>,
  nowMs: number,
): Promise<void> {
  await changeBatch(tx, batch.id, { state, poll_at: null, remind_at: null })
  await finishRunIfDone(tx, batch.run_id, nowMs)
}
