import { count, list, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { ActionKind } from './action-kind.ts'
import { ACTION as A } from './action-tables.ts'

/** After an old state of the database was put back: actions of these kinds that were due by then may have been carried out
 *  since, and nobody knows. They end as failed, for people to look at (`actions -- failed`), and are not tried again by
 *  themselves. Gives how many of each kind. Safe to repeat. */
export async function endDoubtful(
  tx: Tx,
  kinds: readonly ActionKind[],
  { untilMs, nowMs, why }: { untilMs: number; nowMs: number; why: string },
): Promise<{ kind: string; actions: number }[]> {
  const isDoubtful = sql`${A.kind} IN ${list(kinds.map(({ kind }) => kind))} AND ${A.state} IN ('waiting', 'running')
    AND ${A.due_at} <= ${untilMs}`
  const found = await tx.rows(
    sql`SELECT ${select({ kind: A.kind, actions: count() })} FROM ${A} WHERE ${isDoubtful} GROUP BY ${A.kind}`,
  )
  const ended = { state: 'failed' as const, last_error: why, finished_at: nowMs, lease_until: null, lease_by: null }
  await tx.run(sql`UPDATE ${A} SET ${set(A, { ...ended, may_have_happened: 1 })} WHERE ${isDoubtful}`)
  return found
}
