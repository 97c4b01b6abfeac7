import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Failure } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
import type { ClaimedAction } from './claim.ts'
import type { Trouble } from './trouble.ts'

type Changes = Parameters<typeof set<typeof ACTION>>[1]

/** Only while it is this process' own: who comes after its lease has ended changes nothing. */
async function change(tx: Tx, { id, leaseBy }: ClaimedAction, changes: Changes): Promise<boolean> {
  const changed = await tx.run(
    sql`UPDATE ${ACTION} SET ${set(ACTION, { ...changes, lease_until: null })}
        WHERE ${ACTION.id} = ${id} AND ${ACTION.state} = 'running' AND ${ACTION.lease_by} = ${leaseBy}`,
  )
  return changed > 0
}

const told = ({ code, errcode, message }: Trouble, { mayHaveHappened }: ClaimedAction): Changes => ({
  error_code: errcode ?? null,
  last_code: code,
  last_error: message,
  may_have_happened: mayHaveHappened ? 1 : 0,
})

/** What became of a claimed action, in its row. Each is true when the action still was this process' own. */
export const actionOutcome = {
  done: (tx: Tx, row: ClaimedAction, result: string | null, nowMs: number): Promise<boolean> =>
    change(tx, row, {
      state: 'done',
      result,
      last_error: null,
      last_code: null,
      error_code: null,
      finished_at: nowMs,
    }),
  failed: (tx: Tx, row: ClaimedAction, why: Trouble & Pick<Failure, 'state'>, nowMs: number): Promise<boolean> =>
    change(tx, row, { state: why.state, ...told(why, row), finished_at: nowMs }),
  again: (tx: Tx, row: ClaimedAction, why: Trouble, next: { dueAtMs: number; attempts: number }): Promise<boolean> =>
    change(tx, row, { state: 'waiting', due_at: next.dueAtMs, attempts: next.attempts, ...told(why, row) }),
}
