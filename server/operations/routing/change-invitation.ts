import type { RowOf } from '../../core/db/define-table.ts'
import { list, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { type Invitation, UNDER_WAY } from './invitation-queries.ts'
import { INVITATION } from './routing-tables.ts'

type Changes = Partial<RowOf<typeof INVITATION>>
const { id, state, task_key, check_at } = INVITATION

/** It has the to-do that was read of it, or still none. */
export const sameTask = ({ taskKey }: Pick<Invitation, 'taskKey'>): Sql =>
  taskKey === undefined ? sql`${task_key} IS NULL` : sql`${task_key} = ${taskKey}`

/** Writes what is new about an invitation, whatever its state. */
export const changeInvitation = (tx: Tx, invitationId: number, changes: Changes): Promise<number> =>
  tx.run(sql`UPDATE ${INVITATION} SET ${set(INVITATION, changes)} WHERE ${id} = ${invitationId}`)

/** The same of one that is open or waiting. */
export const changeUnderWay = (tx: Tx, invitationId: number, changes: Changes): Promise<number> =>
  tx.run(sql`UPDATE ${INVITATION} SET ${set(INVITATION, changes)} WHERE ${id} = ${invitationId} AND ${UNDER_WAY}`)

/** The same of one whose state, to-do and message are still what was read of it; false: somebody else was first, and nothing
 *  is written. */
export async function changeIfStill(tx: Tx, read: Invitation, changes: Changes): Promise<boolean> {
  const sameCheck = read.checkAtMs === undefined ? sql`${check_at} IS NULL` : sql`${check_at} = ${read.checkAtMs}`
  const changed = await tx.run(
    sql`UPDATE ${INVITATION} SET ${set(INVITATION, changes)}
        WHERE ${id} = ${read.id} AND ${state} = ${read.state} AND ${sameTask(read)} AND ${sameCheck}`,
  )
  return changed > 0
}

/** When it is looked again whether their welcomes took these along; null: that is known. Gives how many it was still asked of. */
export async function changeChecks(tx: Tx, those: readonly Invitation[], atMs: number | null): Promise<number> {
  if (those.length === 0) return 0
  const ids = those.map((one) => one.id)
  return tx.run(
    sql`UPDATE ${INVITATION} SET ${set(INVITATION, { check_at: atMs })}
        WHERE ${id} IN ${list(ids)} AND ${state} = 'open' AND ${check_at} IS NOT NULL`,
  )
}
