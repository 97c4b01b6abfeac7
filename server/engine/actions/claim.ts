import type { Db } from '../../core/db/db.ts'
import { takeRows } from '../../core/db/take-rows.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { type Action, LANES, type Lane, rankOf } from './action-kind.ts'
import { CRASHED, type Trouble } from './trouble.ts'

/** Longer than any call may take; a welcome is worthless after 20 s, so its lease is short. */
const LEASE_MS: Record<Lane, number> = {
  welcome: 8_000,
  event: 60_000,
  campaign: 60_000,
  backfill: 60_000,
  outside: 60_000,
}

/** An action in the hands of this process; its attempts include the one that now begins. */
export interface ClaimedAction extends Action {
  /** Of the last try; undefined when there was none. */
  lastTrouble: Trouble | undefined
  leaseBy: string
}

interface ActionRow {
  id: number
  dedupe_key: string
  kind: string
  payload: string
  reason: string
  external_userid: string | null
  userid: string | null
  attempts: number
  created_at: number
  expires_at: number | null
  error_code: number | null
  last_code: string | null
  last_error: string | null
  may_have_happened: number
}

export interface ClaimOptions {
  lane: Lane
  limit: number
  nowMs: number
  instance: string
  /** True for actions that must wait because another for the same customer is under way. */
  isBusy(row: ClaimedAction): boolean
}

/** Takes up to `limit` due actions of one lane, oldest due first, in one short transaction. */
export async function claimActions(db: Db, options: ClaimOptions): Promise<ClaimedAction[]> {
  const { lane, limit, nowMs, instance, isBusy } = options
  // A plain look first: most find nothing, and a transaction costs three.
  const due = await db.statement(
    (tx) =>
      tx.row(`SELECT id FROM action WHERE state = 'waiting' AND lane = ? AND due_at <= ? LIMIT 1`, [
        LANES.indexOf(lane),
        nowMs,
      ]),
    rankOf(lane),
  )
  if (due === undefined) return []
  return db.tx(async (tx) => {
    const rows = await takeRows<ActionRow>(tx, {
      table: 'action',
      columns:
        'id, dedupe_key, kind, payload, reason, external_userid, userid, attempts, created_at, expires_at, error_code, last_code, last_error, may_have_happened',
      where: `state = 'waiting' AND lane = ? AND due_at <= ?`,
      params: [LANES.indexOf(lane), nowMs],
      orderBy: 'due_at, id',
      limit: limit * 4,
    })
    const taken: ClaimedAction[] = []
    const customers = new Set<string>()
    for (const row of rows) {
      if (taken.length === limit) break
      const action = toClaimed(row, lane, instance)
      const customer = action.externalUserId === undefined ? undefined : `${action.kind}:${action.externalUserId}`
      if (isBusy(action) || (customer !== undefined && customers.has(customer))) continue
      if (customer !== undefined) customers.add(customer)
      taken.push(action)
    }
    if (taken.length > 0) {
      await tx.run(
        `UPDATE action SET state = 'running', lease_until = ?, lease_by = ?, attempts = attempts + 1, started_at = ?
         WHERE id IN (${taken.map(() => '?').join(', ')})`,
        [nowMs + LEASE_MS[lane], instance, nowMs, ...taken.map((action) => action.id)],
      )
    }
    return taken
  }, rankOf(lane))
}

function toClaimed(row: ActionRow, lane: Lane, instance: string): ClaimedAction {
  return {
    id: row.id,
    dedupeKey: row.dedupe_key,
    kind: row.kind,
    lane,
    payload: JSON.parse(row.payload) as unknown,
    reason: JSON.parse(row.reason) as Reason,
    externalUserId: row.external_userid ?? undefined,
    userId: row.userid ?? undefined,
    attempts: row.attempts + 1,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at ?? undefined,
    mayHaveHappened: row.may_have_happened === 1,
    lastTrouble:
      row.last_code === null
        ? undefined
        : { code: row.last_code, errcode: row.error_code ?? undefined, message: row.last_error ?? '' },
    leaseBy: instance,
  }
}

const MOVED_AT_ONCE = 2_000

/** Lets the next due actions of one kind wait. Gives how many. */
export async function postponeKind(
  db: Db,
  { kind, lane, nowMs, afterMs }: { kind: string; lane: Lane; nowMs: number; afterMs: number },
): Promise<number> {
  const due = await db.statement((tx) =>
    tx.rows<{ id: number }>(
      `SELECT id FROM action WHERE state = 'waiting' AND lane = ? AND due_at <= ? AND kind = ? ORDER BY due_at, id LIMIT ${MOVED_AT_ONCE}`,
      [LANES.indexOf(lane), nowMs, kind],
    ),
  )
  if (due.length === 0) return 0
  return db.statement((tx) =>
    tx.run(`UPDATE action SET due_at = ? WHERE id IN (${due.map(() => '?').join(', ')}) AND state = 'waiting'`, [
      nowMs + afterMs,
      ...due.map(({ id }) => id),
    ]),
  )
}

/** Gives back what a dead process had claimed. `all`: also leases that have not ended, when this is the only process. */
export function releaseLeases(db: Db, nowMs: number, { all }: { all: boolean }): Promise<number> {
  return db.tx((tx) =>
    tx.run(
      `UPDATE action SET state = 'waiting', lease_until = NULL, error_code = NULL, last_code = ?, last_error = ?, may_have_happened = 1
       WHERE state = 'running' AND (lease_until <= ? OR 1 = ?)`,
      [CRASHED, 'process ended during the call', nowMs, all ? 1 : 0],
    ),
  )
}
