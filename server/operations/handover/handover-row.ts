import type { SqlValue, Tx } from '../../core/db/tx.ts'

/** `planned`: not asked for yet; `waiting`: WeCom has begun, the customer may refuse; the rest are ends. `unknown`: WeCom gave
 *  no result. */
export type CustomerState = 'planned' | 'waiting' | 'done' | 'refused' | 'full' | 'failed' | 'unknown'

export interface CustomerRow {
  id: number
  handover_id: number
  part: number
  external_userid: string
  from_userid: string
  to_userid: string
  state: CustomerState
  /** While waiting: the refusal that leaves it open whether WeCom has begun. */
  errcode: number | null
  reason: string | null
  asked_at: number | null
  takeover_at: number | null
  poll_at: number | null
  ended_at: number | null
}

export interface HandoverRow {
  id: number
  from_userid: string
  departed: number
  message: string | null
  created_at: number
}

const COLUMNS =
  'id, handover_id, part, external_userid, from_userid, to_userid, state, errcode, reason, asked_at, takeover_at, poll_at, ended_at'

export const customerRows = (tx: Tx, where: string, params: SqlValue[]): Promise<CustomerRow[]> =>
  tx.rows<CustomerRow>(`SELECT ${COLUMNS} FROM handover_customer WHERE ${where}`, params)

export async function needHandover(tx: Tx, handoverId: number): Promise<HandoverRow> {
  const row = await tx.row<HandoverRow>(
    'SELECT id, from_userid, departed, message, created_at FROM handover WHERE id = ?',
    [handoverId],
  )
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
  const changed = await tx.run(
    `UPDATE handover_customer SET state = ?, errcode = ?, reason = ?, ended_at = ?, open_customer = NULL, poll_at = NULL,
       takeover_at = CASE WHEN ? = 'done' THEN ? ELSE takeover_at END
     WHERE id = ? AND state IN ('planned', 'waiting')`,
    [end.state, end.errcode ?? null, end.reason ?? null, end.atMs, end.state, end.atMs, rowId],
  )
  return changed > 0
}
