import type { NewRowOf, RowOf } from '../../../core/db/define-table.ts'
import { list, pick, set, sql } from '../../../core/db/sql.ts'
import { takeRows } from '../../../core/db/take-rows.ts'
import { mustHaveTaken } from '../../../core/db/taken-meanwhile.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { TriggerEvent } from '../../../rules/schema/sop-event.ts'
import { type EntryState, SOP_ENTRY } from '../sop-tables.ts'
import { FIRST_POSITION } from './step-path.ts'

export type { EntryState } from '../sop-tables.ts'

/** The event that let a customer in. */
export interface EntryEvent {
  id: number
  kind: TriggerEvent
  atMs: number
  receivedAtMs: number
  payload: Record<string, unknown>
}

/** One customer's way through one version of one SOP. */
export interface Entry {
  id: number
  sop: string
  version: string
  externalUserId: string
  /** The guide whose customer it is. */
  userId: string
  state: EntryState
  /** The next step, or the wait under way. */
  position: string
  /** When the wait is over, or the next try; undefined once ended. */
  dueAtMs: number | undefined
  waitingEvent: TriggerEvent | undefined
  event: EntryEvent | undefined
  /** Only watched: takes no steps. */
  heldOut: boolean
  /** Came in by a version that only a share of new entrants gets. */
  canary: boolean
  /** How many starts by other journeys, one after the other, led here. */
  startChain: number
  enteredAtMs: number
  endedAtMs: number | undefined
  endReason: string | undefined
  attempts: number
}

export interface EntryToBegin {
  sop: string
  version: string
  externalUserId: string
  userId: string
  /** Once per reason to enter, ≤190 characters. */
  key: string
  event: EntryEvent | undefined
  /** What the trigger's condition looked at. */
  facts: Record<string, unknown>
  heldOut: boolean
  canary: boolean
  startChain?: number
  nowMs: number
}

const COLUMNS = [
  'id',
  'sop',
  'version',
  'external_userid',
  'userid',
  'state',
  'position',
  'due_at',
  'waiting_event',
  'event',
  'held_out',
  'canary',
  'start_chain',
  'entered_at',
  'ended_at',
  'end_reason',
  'attempts',
] as const
export type StoredEntry = Pick<RowOf<typeof SOP_ENTRY>, (typeof COLUMNS)[number]>

/** What `toEntry` takes. */
export const ENTRY_COLUMNS = pick(SOP_ENTRY, ...COLUMNS)
const FACTS = pick(SOP_ENTRY, 'facts')
const IS_ACTIVE = sql`${SOP_ENTRY.state} = 'active'`

export const toEntry = (row: StoredEntry): Entry => ({
  id: row.id,
  sop: row.sop,
  version: row.version,
  externalUserId: row.external_userid,
  userId: row.userid,
  state: row.state,
  position: row.position,
  dueAtMs: row.due_at ?? undefined,
  waitingEvent: row.waiting_event ?? undefined,
  event: row.event === null ? undefined : (JSON.parse(row.event) as EntryEvent),
  heldOut: row.held_out === 1,
  canary: row.canary === 1,
  startChain: row.start_chain,
  enteredAtMs: row.entered_at,
  endedAtMs: row.ended_at ?? undefined,
  endReason: row.end_reason ?? undefined,
  attempts: row.attempts,
})

const toRow = (entry: EntryToBegin): NewRowOf<typeof SOP_ENTRY> => ({
  sop: entry.sop,
  version: entry.version,
  external_userid: entry.externalUserId,
  userid: entry.userId,
  entry_key: entry.key,
  state: 'active',
  position: FIRST_POSITION,
  due_at: entry.nowMs,
  event_id: entry.event?.id ?? null,
  event: entry.event === undefined ? null : JSON.stringify(entry.event),
  facts: JSON.stringify(entry.facts),
  held_out: entry.heldOut ? 1 : 0,
  canary: entry.canary ? 1 : 0,
  start_chain: entry.startChain ?? 0,
  entered_at: entry.nowMs,
})

/** What every new entry has in common. */
const JUST_BEGUN = {
  state: 'active',
  position: FIRST_POSITION,
  waitingEvent: undefined,
  endedAtMs: undefined,
  endReason: undefined,
  attempts: 0,
} as const

const entryOf = (entry: EntryToBegin) => ({
  sop: entry.sop,
  version: entry.version,
  externalUserId: entry.externalUserId,
  userId: entry.userId,
  event: entry.event,
  heldOut: entry.heldOut,
  canary: entry.canary,
  startChain: entry.startChain ?? 0,
  enteredAtMs: entry.nowMs,
  dueAtMs: entry.nowMs,
})

/** All of one customer's, the oldest first: who comes to several journeys is asked about once. */
const everOf = async (tx: Tx, externalUserId: string): Promise<Entry[]> =>
  (
    await tx.rows(
      sql`SELECT ${ENTRY_COLUMNS} FROM ${SOP_ENTRY}
          WHERE ${SOP_ENTRY.external_userid} = ${externalUserId} ORDER BY ${SOP_ENTRY.id}`,
    )
  ).map(toEntry)

export const entryStore = {
  /** The new entry; undefined when this key has entered before. */
  begin: async (tx: Tx, entry: EntryToBegin): Promise<Entry | undefined> => {
    const id = await tx.insertOne(SOP_ENTRY, toRow(entry))
    return id === undefined ? undefined : { ...JUST_BEGUN, ...entryOf(entry), id }
  },

  /** Many at once, for a daily run: due at once, so that `sop.due-entries` takes their first steps. */
  beginAll: (tx: Tx, entries: EntryToBegin[]): Promise<number> =>
    entries.length === 0 ? Promise.resolve(0) : tx.insertIgnore(SOP_ENTRY, entries.map(toRow)),

  /** As they stand; whoever is to change one, takes it first. */
  activeOf: async (tx: Tx, externalUserId: string): Promise<Entry[]> => {
    const rows = await tx.rows(
      sql`SELECT ${ENTRY_COLUMNS} FROM ${SOP_ENTRY}
          WHERE ${SOP_ENTRY.external_userid} = ${externalUserId} AND ${IS_ACTIVE} ORDER BY ${SOP_ENTRY.id}`,
    )
    return rows.map(toEntry)
  },

  /** For this transaction alone, by a write: it stands as it was read. Else another process has moved it meanwhile, and all of
   *  the transaction is undone and begun again. Whoever does not say where it stands then, finds it due a minute later. */
  take: async (tx: Tx, entry: Entry, nowMs: number): Promise<void> => {
    const { id, version, position, due_at, waiting_event } = SOP_ENTRY
    const isDue = entry.dueAtMs === undefined ? sql`${due_at} IS NULL` : sql`${due_at} = ${entry.dueAtMs}`
    const isWaiting =
      entry.waitingEvent === undefined ? sql`${waiting_event} IS NULL` : sql`${waiting_event} = ${entry.waitingEvent}`
    const found = await tx.run(
      sql`UPDATE ${SOP_ENTRY} SET ${set(SOP_ENTRY, { due_at: nowMs + MINUTE_MS, waiting_event: null })}
          WHERE ${id} = ${entry.id} AND ${IS_ACTIVE} AND ${version} = ${entry.version} AND ${position} = ${entry.position}
            AND ${isDue} AND ${isWaiting}`,
    )
    mustHaveTaken(found, 1)
  },

  /** Entries of these customers in any of these SOPs that are under way. */
  activeIn: async (tx: Tx, sops: string[], externalUserIds: string[]): Promise<Entry[]> => {
    if (sops.length === 0 || externalUserIds.length === 0) return []
    const [only = ''] = externalUserIds
    if (externalUserIds.length === 1)
      return (await everOf(tx, only)).filter(({ sop, state }) => state === 'active' && sops.includes(sop))
    const rows = await tx.rows(
      sql`SELECT ${ENTRY_COLUMNS} FROM ${SOP_ENTRY} WHERE ${SOP_ENTRY.external_userid} IN ${list(externalUserIds)}
            AND ${IS_ACTIVE} AND ${SOP_ENTRY.sop} IN ${list(sops)} ORDER BY ${SOP_ENTRY.id}`,
    )
    return rows.map(toEntry)
  },

  /** Which of these have not ended. */
  stillActive: async (tx: Tx, ids: number[]): Promise<Set<number>> => {
    if (ids.length === 0) return new Set()
    const rows = await tx.rows(
      sql`SELECT ${pick(SOP_ENTRY, 'id')} FROM ${SOP_ENTRY} WHERE ${SOP_ENTRY.id} IN ${list(ids)} AND ${IS_ACTIVE}`,
    )
    return new Set(rows.map((row) => row.id))
  },

  /** Those due first; another process takes the next. Whoever does not say where they stand then, finds them due a minute
   *  later. */
  takeDue: async (tx: Tx, nowMs: number, limit: number): Promise<Entry[]> => {
    const rows = await takeRows(tx, {
      table: SOP_ENTRY,
      columns: ENTRY_COLUMNS,
      where: sql`${IS_ACTIVE} AND ${SOP_ENTRY.due_at} <= ${nowMs}`,
      orderBy: sql`${SOP_ENTRY.due_at}, ${SOP_ENTRY.id}`,
      limit,
      claim: set(SOP_ENTRY, { due_at: nowMs + MINUTE_MS }),
    })
    return rows.map(toEntry)
  },

  /** The last time each of these customers entered this SOP. */
  latest: async (tx: Tx, sop: string, externalUserIds: string[]): Promise<Map<string, Entry>> => {
    const [only] = externalUserIds
    if (only === undefined) return new Map()
    if (externalUserIds.length === 1) {
      const last = (await everOf(tx, only)).findLast((entry) => entry.sop === sop)
      return new Map(last === undefined ? [] : [[only, last]])
    }
    const rows = await tx.rows(
      sql`SELECT ${ENTRY_COLUMNS} FROM ${SOP_ENTRY} WHERE ${SOP_ENTRY.sop} = ${sop}
            AND ${SOP_ENTRY.external_userid} IN ${list(externalUserIds)} ORDER BY ${SOP_ENTRY.id}`,
    )
    return new Map(rows.map((row) => [row.external_userid, toEntry(row)]))
  },

  /** Has this very event let the customer in, even long ago. */
  wasBegunBy: async (tx: Tx, sop: string, externalUserId: string, eventId: number): Promise<boolean> => {
    const found = await tx.row(
      sql`SELECT ${pick(SOP_ENTRY, 'id')} FROM ${SOP_ENTRY} WHERE ${SOP_ENTRY.sop} = ${sop}
            AND ${SOP_ENTRY.external_userid} = ${externalUserId} AND ${SOP_ENTRY.event_id} = ${eventId}`,
    )
    return found !== undefined
  },

  /** Newest first, each with what the trigger's condition looked at when this customer entered. */
  explained: async (tx: Tx, externalUserId: string): Promise<(Entry & { seen: Record<string, unknown> })[]> => {
    const rows = await tx.rows(
      sql`SELECT ${ENTRY_COLUMNS}, ${FACTS} FROM ${SOP_ENTRY}
          WHERE ${SOP_ENTRY.external_userid} = ${externalUserId} ORDER BY ${SOP_ENTRY.id} DESC`,
    )
    return rows.map((row) => ({ ...toEntry(row), seen: JSON.parse(row.facts ?? '{}') as Record<string, unknown> }))
  },

  /** Newest first. */
  ofCustomer: async (tx: Tx, externalUserId: string): Promise<Entry[]> => {
    const rows = await tx.rows(
      sql`SELECT ${ENTRY_COLUMNS} FROM ${SOP_ENTRY}
          WHERE ${SOP_ENTRY.external_userid} = ${externalUserId} ORDER BY ${SOP_ENTRY.id} DESC`,
    )
    return rows.map(toEntry)
  },

  /** Keeps where these entries stand, not whose they are; what has ended stands where it is. Those that stand alike are one
   *  statement. */
  saveAll: async (tx: Tx, entries: Entry[]): Promise<void> => {
    const standingOf = (entry: Entry) => ({
      state: entry.state,
      position: entry.position,
      due_at: entry.dueAtMs ?? null,
      waiting_event: entry.waitingEvent ?? null,
      ended_at: entry.endedAtMs ?? null,
      end_reason: entry.endReason ?? null,
    })
    for (const group of groupBy(entries, (entry) => JSON.stringify(standingOf(entry))).values()) {
      const [first] = group
      if (first === undefined) continue
      const standing = set(SOP_ENTRY, { ...standingOf(first), attempts: 0, last_error: null })
      const ids = group.map((entry) => entry.id)
      const found = await tx.run(
        sql`UPDATE ${SOP_ENTRY} SET ${standing} WHERE ${SOP_ENTRY.id} IN ${list(ids)} AND ${IS_ACTIVE}`,
      )
      mustHaveTaken(found, ids.length)
    }
  },

  /** Another guide goes on with it. */
  passTo: async (tx: Tx, id: number, userId: string): Promise<void> => {
    await tx.run(sql`UPDATE ${SOP_ENTRY} SET ${set(SOP_ENTRY, { userid: userId })} WHERE ${SOP_ENTRY.id} = ${id}`)
  },

  /** Under another version of the journey, with the wait that this has at the same step. */
  moveTo: async (tx: Tx, { id, version, dueAtMs, waitingEvent }: Entry): Promise<void> => {
    const place = set(SOP_ENTRY, { version, due_at: dueAtMs ?? null, waiting_event: waitingEvent ?? null })
    await tx.run(sql`UPDATE ${SOP_ENTRY} SET ${place} WHERE ${SOP_ENTRY.id} = ${id}`)
  },

  /** After a fault of ours: kept where it is and tried again. */
  postpone: async (tx: Tx, id: number, dueAtMs: number, fault: string): Promise<void> => {
    await tx.run(
      sql`UPDATE ${SOP_ENTRY} SET ${set(SOP_ENTRY, { due_at: dueAtMs, last_error: fault })},
            ${SOP_ENTRY.attempts} = ${SOP_ENTRY.attempts} + 1
          WHERE ${SOP_ENTRY.id} = ${id}`,
    )
  },

  renameGuide: async (tx: Tx, oldUserId: string, newUserId: string): Promise<void> => {
    await tx.run(
      sql`UPDATE ${SOP_ENTRY} SET ${set(SOP_ENTRY, { userid: newUserId })}
          WHERE ${SOP_ENTRY.userid} = ${oldUserId} AND ${IS_ACTIVE}`,
    )
  },

  /** What a customer is in the middle of goes on with the new guide. */
  handOver: async (tx: Tx, externalUserId: string, fromUserId: string, toUserId: string): Promise<void> => {
    await tx.run(
      sql`UPDATE ${SOP_ENTRY} SET ${set(SOP_ENTRY, { userid: toUserId })}
          WHERE ${SOP_ENTRY.external_userid} = ${externalUserId} AND ${SOP_ENTRY.userid} = ${fromUserId} AND ${IS_ACTIVE}`,
    )
  },
}
