import { count, list, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { ActionKind } from './action-kind.ts'
import { ACTION as A } from './action-tables.ts'
import { PUT_BACK } from './trouble.ts'

/** After an old state of the database was put back: actions of these kinds that were due by `untilMs` (UTC) may have been carried
 *  out since, and nobody knows. They are over: the server that comes next ends them as it ends whatever is too late, so that
 *  each capability hears of its own (`abandoned`, with PUT_BACK and `mayHaveHappened`). Gives how many of each kind. Safe to
 *  repeat. */
export async function expireDoubtful(
  tx: Tx,
  kinds: readonly ActionKind[],
  { untilMs, why }: { untilMs: number; why: string },
): Promise<{ kind: string; actions: number }[]> {
  const isDoubtful = sql`${A.kind} IN ${list(kinds.map(({ kind }) => kind))} AND ${A.state} IN ('waiting', 'running')
    AND ${A.due_at} <= ${untilMs} AND (${A.last_code} IS NULL OR ${A.last_code} <> ${PUT_BACK})`
  const found = await tx.rows(
    sql`SELECT ${select({ kind: A.kind, actions: count() })} FROM ${A} WHERE ${isDoubtful} GROUP BY ${A.kind}`,
  )
  const over = { state: 'waiting' as const, expires_at: untilMs, lease_until: null, lease_by: null }
  const trouble = { last_code: PUT_BACK, last_error: why, error_code: null, may_have_happened: 1 }
  await tx.run(sql`UPDATE ${A} SET ${set(A, { ...over, ...trouble })} WHERE ${isDoubtful}`)
  return found
}
