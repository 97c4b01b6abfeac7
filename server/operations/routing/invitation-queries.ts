import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'

/** `waiting`: the pool is full; the customer is invited when there is room again. */
type InvitationState = 'open' | 'waiting' | 'joined' | 'lapsed' | 'withdrawn'
export type InvitedBy = 'welcome' | 'task' | 'mass-send'

export interface Invitation {
  id: number
  externalUserId: string
  /** The guide in whose name it is. */
  userId: string
  pool: string
  state: InvitationState
  invitedBy: InvitedBy
  taskKey: string | undefined
  reason: Reason
  openedAtMs: number
  lapseAtMs: number
  closedAtMs: number | undefined
  /** How it ended, one Chinese line. */
  closeNote: string | undefined
}

interface StoredInvitation {
  id: number
  external_userid: string
  userid: string
  pool: string
  state: InvitationState
  invited_by: InvitedBy
  task_key: string | null
  reason: string
  opened_at: number
  lapse_at: number
  closed_at: number | null
  close_note: string | null
}

const COLUMNS =
  'id, external_userid, userid, pool, state, invited_by, task_key, reason, opened_at, lapse_at, closed_at, close_note'

const toInvitation = (row: StoredInvitation): Invitation => ({
  id: row.id,
  externalUserId: row.external_userid,
  userId: row.userid,
  pool: row.pool,
  state: row.state,
  invitedBy: row.invited_by,
  taskKey: row.task_key ?? undefined,
  reason: JSON.parse(row.reason) as Reason,
  openedAtMs: row.opened_at,
  lapseAtMs: row.lapse_at,
  closedAtMs: row.closed_at ?? undefined,
  closeNote: row.close_note ?? undefined,
})

async function many(tx: Tx, where: string, params: SqlValue[]): Promise<Invitation[]> {
  return (await tx.rows<StoredInvitation>(`SELECT ${COLUMNS} FROM invitation WHERE ${where}`, params)).map(toInvitation)
}

/** While open or waiting it fills this slot; the database allows each slot once. */
export const slotOf = (pool: string, externalUserId: string): string => `${pool}:${externalUserId}`

export const invitationQueries = {
  /** Open and waiting ones of a customer, oldest first. */
  openOf: (tx: Tx, externalUserId: string): Promise<Invitation[]> =>
    many(tx, `external_userid = ? AND state IN ('open', 'waiting') ORDER BY id`, [externalUserId]),
  /** All of a customer, newest first, at most 100. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<Invitation[]> =>
    many(tx, 'external_userid = ? ORDER BY id DESC LIMIT 100', [externalUserId]),
  openFor: async (tx: Tx, pool: string, externalUserId: string): Promise<Invitation | undefined> =>
    (await many(tx, 'open_slot = ?', [slotOf(pool, externalUserId)]))[0],
  byReasonKey: async (tx: Tx, key: string): Promise<Invitation | undefined> =>
    (await many(tx, 'reason_key = ?', [key]))[0],
  /** Open or waiting ones whose time is over, oldest first. */
  lapsing: (tx: Tx, nowMs: number, limit: number): Promise<Invitation[]> =>
    many(tx, `state IN ('open', 'waiting') AND lapse_at <= ? ORDER BY lapse_at, id LIMIT ?`, [nowMs, limit]),
  /** Open ones that should have gone with a welcome and have not been looked after, oldest first. */
  unchecked: (tx: Tx, nowMs: number, limit: number): Promise<Invitation[]> =>
    many(tx, `check_at <= ? ORDER BY check_at, id LIMIT ?`, [nowMs, limit]),
  /** A guide's open and waiting ones. */
  openOfGuide: (tx: Tx, userId: string): Promise<Invitation[]> =>
    many(tx, `userid = ? AND open_slot IS NOT NULL ORDER BY id`, [userId]),
  /** Who waits for room in a pool, first come first. */
  waitingFor: (tx: Tx, pool: string, limit: number): Promise<Invitation[]> =>
    many(tx, `state = 'waiting' AND pool = ? ORDER BY id LIMIT ?`, [pool, limit]),
}
