import type { RowOf } from '../../core/db/define-table.ts'
import { all, list, maybeNumber, type Sql, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { InvitationState, InvitedBy } from './invitation-states.ts'
import { INVITATION } from './routing-tables.ts'

export interface Invitation {
  id: number
  /** Of the reason it was begun for, once per reason; ≤190 characters. */
  key: string
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
  /** When it is looked whether the welcome took it along; undefined: that is known, or it went with none. */
  checkAtMs: number | undefined
  closedAtMs: number | undefined
  /** How it ended, one Chinese line. */
  closeNote: string | undefined
}

type InvitationRow = RowOf<typeof INVITATION>

const toInvitation = (row: InvitationRow): Invitation => ({
  id: row.id,
  key: row.reason_key,
  externalUserId: row.external_userid,
  userId: row.userid,
  pool: row.pool,
  state: row.state,
  invitedBy: row.invited_by,
  taskKey: row.task_key ?? undefined,
  reason: JSON.parse(row.reason) as Reason,
  openedAtMs: row.opened_at,
  lapseAtMs: row.lapse_at,
  checkAtMs: row.check_at ?? undefined,
  closedAtMs: row.closed_at ?? undefined,
  closeNote: row.close_note ?? undefined,
})

/** `where`: with its ORDER BY and LIMIT. */
async function many(tx: Tx, where: Sql): Promise<Invitation[]> {
  return (await tx.rows(sql`SELECT ${all(INVITATION)} FROM ${INVITATION} WHERE ${where}`)).map(toInvitation)
}

/** Open or waiting. */
export const UNDER_WAY = sql`${INVITATION.state} IN ('open', 'waiting')`
const of = (externalUserId: string): Sql => sql`${INVITATION.external_userid} = ${externalUserId}`

/** While open or waiting it fills this slot; the database allows each slot once. */
export const slotOf = (pool: string, externalUserId: string): string => `${pool}:${externalUserId}`

type Later = 'id' | 'taskKey' | 'checkAtMs' | 'closedAtMs' | 'closeNote'
export type NewInvitation = Omit<Invitation, Later>

/** Undefined: there is one for this reason, or one under way. What should go with a welcome is looked after at once. */
export async function beginInvitation(tx: Tx, wanted: NewInvitation): Promise<Invitation | undefined> {
  const { key, externalUserId, userId, pool, state, invitedBy, reason, openedAtMs, lapseAtMs } = wanted
  const checkAtMs = state === 'open' && invitedBy === 'welcome' ? openedAtMs : undefined
  const id = await tx.insertOne(INVITATION, {
    external_userid: externalUserId,
    userid: userId,
    pool,
    reason_key: key,
    open_slot: slotOf(pool, externalUserId),
    state,
    invited_by: invitedBy,
    reason: JSON.stringify(reason),
    opened_at: openedAtMs,
    lapse_at: lapseAtMs,
    check_at: checkAtMs ?? null,
  })
  return id === undefined
    ? undefined
    : { ...wanted, id, checkAtMs, taskKey: undefined, closedAtMs: undefined, closeNote: undefined }
}

export const invitationQueries = {
  /** Open and waiting ones of a customer, oldest first. */
  openOf: (tx: Tx, externalUserId: string): Promise<Invitation[]> =>
    many(tx, sql`${of(externalUserId)} AND ${UNDER_WAY} ORDER BY ${INVITATION.id}`),
  /** Open and waiting ones of these customers. */
  openAmong: async (tx: Tx, ids: readonly string[]): Promise<Invitation[]> =>
    ids.length === 0
      ? []
      : many(tx, sql`${INVITATION.external_userid} IN ${list(ids)} AND ${UNDER_WAY} ORDER BY ${INVITATION.id}`),
  /** All of a customer, newest first, at most 100. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<Invitation[]> =>
    many(tx, sql`${of(externalUserId)} ORDER BY ${INVITATION.id} DESC LIMIT 100`),
  openFor: async (tx: Tx, pool: string, externalUserId: string): Promise<Invitation | undefined> =>
    (await many(tx, sql`${INVITATION.open_slot} = ${slotOf(pool, externalUserId)}`))[0],
  /** The customers of these who are asked into the pool beside their name; who waits for room is not. One statement, or none. */
  invitedAmong: async (tx: Tx, asked: readonly Pick<Invitation, 'externalUserId' | 'pool'>[]): Promise<Set<string>> => {
    if (asked.length === 0) return new Set()
    const slots = asked.map(({ pool, externalUserId }) => slotOf(pool, externalUserId))
    const open = await many(tx, sql`${INVITATION.open_slot} IN ${list(slots)} AND ${INVITATION.state} = 'open'`)
    return new Set(open.map(({ externalUserId }) => externalUserId))
  },
  /** What stands between a customer and a new invitation into a pool: the one for this reason, whatever became of it, and the
   *  one under way. */
  standing: async (
    tx: Tx,
    { pool, externalUserId, key }: Pick<NewInvitation, 'pool' | 'externalUserId' | 'key'>,
  ): Promise<{ earlier: Invitation | undefined; underWay: Invitation | undefined }> => {
    const slot = slotOf(pool, externalUserId)
    const found = await tx.rows(
      sql`SELECT ${all(INVITATION)} FROM ${INVITATION}
          WHERE ${INVITATION.reason_key} = ${key} OR ${INVITATION.open_slot} = ${slot}`,
    )
    const first = (isIt: (row: InvitationRow) => boolean): Invitation | undefined => {
      const row = found.find(isIt)
      return row === undefined ? undefined : toInvitation(row)
    }
    return { earlier: first((row) => row.reason_key === key), underWay: first((row) => row.open_slot === slot) }
  },
  /** Open or waiting ones whose time is over, oldest first. */
  lapsing: (tx: Tx, nowMs: number, limit: number): Promise<Invitation[]> =>
    many(
      tx,
      sql`${UNDER_WAY} AND ${INVITATION.lapse_at} <= ${nowMs}
          ORDER BY ${INVITATION.lapse_at}, ${INVITATION.id} LIMIT ${limit}`,
    ),
  /** Open ones that should have gone with a welcome and have not been looked after, oldest first. */
  unchecked: (tx: Tx, nowMs: number, limit: number): Promise<Invitation[]> =>
    many(tx, sql`${INVITATION.check_at} <= ${nowMs} ORDER BY ${INVITATION.check_at}, ${INVITATION.id} LIMIT ${limit}`),
  /** A guide's open and waiting ones. */
  openOfGuide: (tx: Tx, userId: string): Promise<Invitation[]> =>
    many(tx, sql`${INVITATION.userid} = ${userId} AND ${INVITATION.open_slot} IS NOT NULL ORDER BY ${INVITATION.id}`),
  /** In the order of these pools, since when the first waits for room in each, UTC milliseconds; null: nobody does. One statement. */
  waitingSince: async (tx: Tx, pools: readonly string[]): Promise<(number | null)[]> => {
    const { id, pool, state, opened_at } = INVITATION
    if (pools.length === 0) return []
    const first = (name: string) =>
      maybeNumber(sql`(SELECT ${opened_at} FROM ${INVITATION}
        WHERE ${state} = 'waiting' AND ${pool} = ${name} ORDER BY ${id} LIMIT 1)`)
    const row = await tx.row(
      sql`SELECT ${select(Object.fromEntries(pools.map((name, nth) => [`p${nth}`, first(name)])))}`,
    )
    return pools.map((_name, nth) => row?.[`p${nth}`] ?? null)
  },
  /** Who waits for room in a pool, first come first. */
  waitingFor: (tx: Tx, pool: string, limit: number): Promise<Invitation[]> =>
    many(
      tx,
      sql`${INVITATION.state} = 'waiting' AND ${INVITATION.pool} = ${pool} ORDER BY ${INVITATION.id} LIMIT ${limit}`,
    ),
}
