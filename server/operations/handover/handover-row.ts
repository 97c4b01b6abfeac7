import type { RowOf } from '../../core/db/define-table.ts'
import { all, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { CustomerState } from './handover-states.ts'
import { type CustomerRow, type GroupRow, HANDOVER, HANDOVER_CUSTOMER, HANDOVER_GROUP } from './handover-tables.ts'

/** `where`: with its ORDER BY and LIMIT. */
export const customerRows = (tx: Tx, where: Sql): Promise<CustomerRow[]> =>
  tx.rows(sql`SELECT ${all(HANDOVER_CUSTOMER)} FROM ${HANDOVER_CUSTOMER} WHERE ${where}`)

/** `where`: with its ORDER BY. */
export const groupRows = (tx: Tx, where: Sql): Promise<GroupRow[]> =>
  tx.rows(sql`SELECT ${all(HANDOVER_GROUP)} FROM ${HANDOVER_GROUP} WHERE ${where}`)

export async function needHandover(tx: Tx, handoverId: number): Promise<RowOf<typeof HANDOVER>> {
  const row = await tx.row(sql`SELECT ${all(HANDOVER)} FROM ${HANDOVER} WHERE ${HANDOVER.id} = ${handoverId}`)
  if (row === undefined) throw new Error(`handover ${handoverId} is not stored`)
  return row
}

export interface CustomerEnd {
  state: Exclude<CustomerState, 'planned' | 'waiting'>
  errcode?: number | undefined
  /** Chinese; none for `done`. */
  reason?: string
  atMs: number
}

/** True when it was still under way. */
export async function endCustomer(tx: Tx, rowId: number, end: CustomerEnd): Promise<boolean> {
  const { state, errcode, reason, atMs } = end
  const changes = set(HANDOVER_CUSTOMER, {
    state,
    errcode: errcode ?? null,
    reason: reason ?? null,
    ended_at: atMs,
    open_customer: null,
    poll_at: null,
    ...(state === 'done' ? { takeover_at: atMs } : {}),
  })
  const changed = await tx.run(
    sql`UPDATE ${HANDOVER_CUSTOMER} SET ${changes}
        WHERE ${HANDOVER_CUSTOMER.id} = ${rowId} AND ${HANDOVER_CUSTOMER.state} IN ('planned', 'waiting')`,
  )
  return changed > 0
}
