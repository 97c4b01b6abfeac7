import type { Db } from '../../core/db/db.ts'
import type { RowOf } from '../../core/db/define-table.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Place } from '../../core/kernel/place.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { preferOwn } from '../prefer-own.ts'
import { shardOf } from '../shard-of.ts'
import { type Action, LANES, type Lane, rankOf } from './action-kind.ts'
import { ACTION } from './action-tables.ts'
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

const COLUMNS = [
  'id',
  'dedupe_key',
  'kind',
  'payload',
  'reason',
  'external_userid',
  'userid',
  'attempts',
  'created_at',
  'expires_at',
  'error_code',
  'last_code',
  'last_error',
  'may_have_happened',
] as const
type ActionRow = Pick<RowOf<typeof ACTION>, (typeof COLUMNS)[number]>

const isDue = (lane: Lane, nowMs: number) =>
  sql`${ACTION.state} = 'waiting' AND ${ACTION.lane} = ${LANES.indexOf(lane)} AND ${ACTION.due_at} <= ${nowMs}`
const BY_DUE = sql`${ACTION.due_at}, ${ACTION.id}`

export interface ClaimOptions {
  lane: Lane
  limit: number
  nowMs: number
  instance: string
  /** Which of all processes this is. */
  place: Place
  /** The how manieth time it claims, from 0. */
  turn: number
  /** True for actions that must wait because another for the same customer is under way. */
  isBusy(row: ClaimedAction): boolean
  /** Whether several of this kind, for one customer at one guide, go in one call. */
  goesTogether?(kind: string): boolean
}

/** Takes up to `limit` due actions of one lane, oldest due first. Two statements, each its own commit: whoever moves a row
 *  from waiting to running has it, so that nothing rests on a lock. `isMore`: others are due that are nobody's yet.
 *  `isHeldUp`: some wait for one that was taken. */
export async function claimActions(
  db: Db,
  options: ClaimOptions,
): Promise<{ claimed: ClaimedAction[]; isMore: boolean; isHeldUp: boolean }> {
  const { lane, limit, nowMs, instance, place } = options
  const far = limit * Math.max(4, place.of * 2)
  const rows = await db.statement(
    (tx) =>
      tx.rows(
        sql`SELECT ${pick(ACTION, ...COLUMNS)} FROM ${ACTION} WHERE ${isDue(lane, nowMs)}
            ORDER BY ${BY_DUE} LIMIT ${far}`,
      ),
    rankOf(lane),
  )
  const { free, isHeldUp } = freeAmong(
    rows.map((row) => toClaimed(row, lane, instance)),
    options,
  )
  const wanted = preferOwn(free, {
    shardOf: ({ id, externalUserId }) => shardOf(externalUserId ?? `${id}`),
    isOwn: (shard) => shard % place.of === place.rank,
    ...{ limit, turn: options.turn },
  })
  if (wanted.length === 0) return { claimed: [], isMore: false, isHeldUp }
  const isMore = wanted.length < free.length || rows.length === far
  const among = sql`${ACTION.id} IN ${list(wanted.map((action) => action.id))}`
  const lease = { lease_until: nowMs + LEASE_MS[lane], lease_by: instance }
  const begun = set(ACTION, { state: 'running', ...lease, started_at: nowMs })
  return db.statement(async (tx) => {
    const moved = await tx.run(
      sql`UPDATE ${ACTION} SET ${begun}, ${ACTION.attempts} = ${ACTION.attempts} + 1
          WHERE ${among} AND ${isDue(lane, nowMs)}`,
    )
    if (moved === wanted.length) return { claimed: wanted, isMore, isHeldUp }
    const mine = await tx.rows(
      sql`SELECT ${pick(ACTION, 'id')} FROM ${ACTION}
          WHERE ${among} AND ${ACTION.state} = 'running' AND ${ACTION.lease_by} = ${instance}`,
    )
    const ids = new Set(mine.map(({ id }) => id))
    return { claimed: wanted.filter(({ id }) => ids.has(id)), isMore: true, isHeldUp }
  }, rankOf(lane))
}

/** Those that wait for no other one, in their order. */
function freeAmong(
  actions: readonly ClaimedAction[],
  { isBusy, goesTogether }: Pick<ClaimOptions, 'isBusy' | 'goesTogether'>,
): { free: ClaimedAction[]; isHeldUp: boolean } {
  const free: ClaimedAction[] = []
  /** Who goes first of a kind for a customer. */
  const leaders = new Map<string, ClaimedAction>()
  let isHeldUp = false
  for (const action of actions) {
    if (isBusy(action)) continue
    const customer = action.externalUserId === undefined ? undefined : `${action.kind}:${action.externalUserId}`
    const leader = customer === undefined ? undefined : leaders.get(customer)
    if (leader !== undefined && !(goesTogether?.(action.kind) === true && leader.userId === action.userId)) {
      isHeldUp = true
      continue
    }
    if (customer !== undefined && leader === undefined) leaders.set(customer, action)
    free.push(action)
  }
  return { free, isHeldUp }
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
    tx.rows(
      sql`SELECT ${pick(ACTION, 'id')} FROM ${ACTION} WHERE ${isDue(lane, nowMs)} AND ${ACTION.kind} = ${kind}
          ORDER BY ${BY_DUE} LIMIT ${MOVED_AT_ONCE}`,
    ),
  )
  if (due.length === 0) return 0
  return db.statement((tx) =>
    tx.run(
      sql`UPDATE ${ACTION} SET ${set(ACTION, { due_at: nowMs + afterMs })}
          WHERE ${ACTION.id} IN ${list(due.map(({ id }) => id))} AND ${ACTION.state} = 'waiting'`,
    ),
  )
}

/** Gives back what a dead process had claimed. `all`: also leases that have not ended, when this is the only process. */
export function releaseLeases(db: Db, nowMs: number, { all }: { all: boolean }): Promise<number> {
  const given = set(ACTION, {
    state: 'waiting',
    lease_until: null,
    error_code: null,
    last_code: CRASHED,
    last_error: 'process ended during the call',
    may_have_happened: 1,
  })
  const ended = all ? sql`` : sql`AND ${ACTION.lease_until} <= ${nowMs}`
  return db.statement((tx) => tx.run(sql`UPDATE ${ACTION} SET ${given} WHERE ${ACTION.state} = 'running' ${ended}`))
}
