import { count, list, lock, type Sql, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { changeBatch } from './batches.ts'
import { finishRunIfDone } from './finish-run.ts'
import { recipientsOf } from './recipients-of.ts'
import type { BatchState, Outcome } from './send-states.ts'
import type { BatchRow } from './send-tables.ts'

/** Recipients per statement, below SQLite's limit of marks. */
const PART = 1_000

export interface Verdict {
  outcome: Exclude<Outcome, 'planned' | 'excluded'>
  /** Chinese; undefined when the outcome says all. */
  reason?: string | undefined
  /** UTC milliseconds. */
  atMs: number
}

type Held = Pick<BatchRow, 'id' | 'chat_type'>

const isWaiting = (batch: Held): Sql => {
  const { table } = recipientsOf(batch)
  return sql`${table.batch_id} = ${batch.id} AND ${table.outcome} = 'planned'`
}

const verdictSql = (batch: Held, { outcome, reason, atMs }: Verdict): Sql =>
  set(recipientsOf(batch).table, { outcome, reason: reason ?? null, outcome_at: atMs, note_due: 1 })

/** Writes what became of these customers, or groups, of a batch; an outcome is written once and stays. The timeline and the
 *  ledger of touches are told later from the rows (`note_due`), so that ten thousand outcomes are one statement. Gives how
 *  many were new. */
export async function settle(tx: Tx, batch: Held, ids: string[], verdict: Verdict): Promise<number> {
  const { table, whose } = recipientsOf(batch)
  let changed = 0
  for (let at = 0; at < ids.length; at += PART) {
    const part = ids.slice(at, at + PART)
    changed += await tx.run(
      sql`UPDATE ${table} SET ${verdictSql(batch, verdict)} WHERE ${isWaiting(batch)} AND ${whose} IN ${list(part)}`,
    )
  }
  return changed
}

/** The same; gives those for whom it was new. */
export async function settleEach(tx: Tx, batch: Held, ids: string[], verdict: Verdict): Promise<string[]> {
  const { table, whose } = recipientsOf(batch)
  const fresh: string[] = []
  for (let at = 0; at < ids.length; at += PART) {
    const rows = await tx.rows(
      sql`SELECT ${select({ id: whose })} FROM ${table}
          WHERE ${isWaiting(batch)} AND ${whose} IN ${list(ids.slice(at, at + PART))} ${lock()}`,
    )
    fresh.push(...rows.map(({ id }) => id))
  }
  await settle(tx, batch, fresh, verdict)
  return fresh
}

/** The same for all of a batch who have no outcome yet; `whose`: and for whom this holds. */
export function settleRest(tx: Tx, batch: Held, verdict: Verdict, whose: Sql = sql`1 = 1`): Promise<number> {
  const { table } = recipientsOf(batch)
  return tx.run(sql`UPDATE ${table} SET ${verdictSql(batch, verdict)} WHERE ${isWaiting(batch)} AND ${whose}`)
}

/** Those of a batch without an outcome. */
export async function waitingCount(tx: Tx, batch: Held): Promise<number> {
  const { table } = recipientsOf(batch)
  const row = await tx.row(sql`SELECT ${select({ waiting: count() })} FROM ${table} WHERE ${isWaiting(batch)}`)
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
