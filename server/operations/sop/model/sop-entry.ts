import { takeRows } from '../../../core/db/take-rows.ts'
import type { SqlValue, Tx } from '../../../core/db/tx.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import type { TriggerEvent } from '../../../rules/schema/sop-event.ts'
import { FIRST_POSITION } from './step-path.ts'

/** `finished`: all steps done · `goal`: reached what it was for · `left`: one of its leave events. */
export type EntryState = 'active' | 'finished' | 'goal' | 'left'

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

export interface StoredEntry {
  id: number
  sop: string
  version: string
  external_userid: string
  userid: string
  state: EntryState
  position: string
  due_at: number | null
  waiting_event: TriggerEvent | null
  event: string | null
  held_out: number
  canary: number
  start_chain: number
  entered_at: number
  ended_at: number | null
  end_reason: string | null
  attempts: number
}

export const COLUMNS =
  'id, sop, version, external_userid, userid, state, position, due_at, waiting_event, event, held_out, canary, start_chain, entered_at, ended_at, end_reason, attempts'

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

const toRow = (entry: EntryToBegin) => ({
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

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ')

export const entryStore = {
  /** The new entry; undefined when this key has entered before. */
  begin: async (tx: Tx, entry: EntryToBegin): Promise<Entry | undefined> => {
    if ((await tx.insertIgnore('sop_entry', [toRow(entry)])) === 0) return undefined
    const row = await tx.row<StoredEntry>(`SELECT ${COLUMNS} FROM sop_entry WHERE entry_key = ?`, [entry.key])
    return row === undefined ? undefined : toEntry(row)
  },

  /** Many at once, for a daily run: due at once, so that `sop.due-entries` takes their first steps. */
  beginAll: (tx: Tx, entries: EntryToBegin[]): Promise<number> =>
    entries.length === 0 ? Promise.resolve(0) : tx.insertIgnore('sop_entry', entries.map(toRow)),

  /** Taken for this transaction alone: another process waits for these rows. */
  activeOf: async (tx: Tx, externalUserId: string): Promise<Entry[]> => {
    const rows = await tx.rows<StoredEntry>(
      `SELECT ${COLUMNS} FROM sop_entry WHERE external_userid = ? AND state = 'active' ORDER BY id
       ${tx.dialect === 'mysql' ? 'FOR UPDATE' : ''}`,
      [externalUserId],
    )
    return rows.map(toEntry)
  },

  /** Entries of these customers in any of these SOPs that are under way. */
  activeIn: async (tx: Tx, sops: string[], externalUserIds: string[]): Promise<Entry[]> => {
    if (sops.length === 0 || externalUserIds.length === 0) return []
    const rows = await tx.rows<StoredEntry>(
      `SELECT ${COLUMNS} FROM sop_entry WHERE external_userid IN (${marks(externalUserIds)}) AND state = 'active'
       AND sop IN (${marks(sops)}) ORDER BY id`,
      [...externalUserIds, ...sops],
    )
    return rows.map(toEntry)
  },

  /** Which of these have not ended. */
  stillActive: async (tx: Tx, ids: number[]): Promise<Set<number>> => {
    if (ids.length === 0) return new Set()
    const rows = await tx.rows<{ id: number }>(
      `SELECT id FROM sop_entry WHERE id IN (${marks(ids)}) AND state = 'active'`,
      ids,
    )
    return new Set(rows.map((row) => row.id))
  },

  /** Those due first; another process skips these rows and takes the next. */
  takeDue: async (tx: Tx, nowMs: number, limit: number): Promise<Entry[]> => {
    const rows = await takeRows<StoredEntry>(tx, {
      table: 'sop_entry',
      columns: COLUMNS,
      where: `state = 'active' AND due_at <= ?`,
      params: [nowMs],
      orderBy: 'due_at, id',
      limit,
    })
    return rows.map(toEntry)
  },

  /** The last time each of these customers entered this SOP. */
  latest: async (tx: Tx, sop: string, externalUserIds: string[]): Promise<Map<string, Entry>> => {
    if (externalUserIds.length === 0) return new Map()
    const rows = await tx.rows<StoredEntry>(
      `SELECT ${COLUMNS} FROM sop_entry WHERE sop = ? AND external_userid IN (${marks(externalUserIds)}) ORDER BY id`,
      [sop, ...externalUserIds],
    )
    return new Map(rows.map((row) => [row.external_userid, toEntry(row)]))
  },

  /** Has this very event let the customer in, even long ago. */
  wasBegunBy: async (tx: Tx, sop: string, externalUserId: string, eventId: number): Promise<boolean> => {
    const found = await tx.row(
      'SELECT 1 AS found FROM sop_entry WHERE sop = ? AND external_userid = ? AND event_id = ?',
      [sop, externalUserId, eventId],
    )
    return found !== undefined
  },

  /** What the trigger's condition looked at when this customer entered, by entry. */
  seenOnEntering: async (tx: Tx, externalUserId: string): Promise<Map<number, Record<string, unknown>>> => {
    const rows = await tx.rows<{ id: number; facts: string | null }>(
      'SELECT id, facts FROM sop_entry WHERE external_userid = ?',
      [externalUserId],
    )
    return new Map(rows.map((row) => [row.id, JSON.parse(row.facts ?? '{}') as Record<string, unknown>]))
  },

  /** Newest first. */
  ofCustomer: async (tx: Tx, externalUserId: string): Promise<Entry[]> => {
    const rows = await tx.rows<StoredEntry>(
      `SELECT ${COLUMNS} FROM sop_entry WHERE external_userid = ? ORDER BY id DESC`,
      [externalUserId],
    )
    return rows.map(toEntry)
  },

  /** Keeps where these entries stand, not whose they are. Those that stand alike are one statement. */
  saveAll: async (tx: Tx, entries: Entry[]): Promise<void> => {
    const alike = groupBy(entries, (entry) =>
      JSON.stringify([
        entry.state,
        entry.position,
        entry.dueAtMs ?? null,
        entry.waitingEvent ?? null,
        entry.endedAtMs ?? null,
        entry.endReason ?? null,
      ]),
    )
    for (const [standing, group] of alike) {
      await tx.run(
        `UPDATE sop_entry SET state = ?, position = ?, due_at = ?, waiting_event = ?, ended_at = ?, end_reason = ?,
         attempts = 0, last_error = NULL WHERE id IN (${marks(group)})`,
        [...(JSON.parse(standing) as SqlValue[]), ...group.map((entry) => entry.id)],
      )
    }
  },

  /** Another guide goes on with it. */
  passTo: async (tx: Tx, id: number, userId: string): Promise<void> => {
    await tx.run('UPDATE sop_entry SET userid = ? WHERE id = ?', [userId, id])
  },

  /** Under another version of the journey, with the wait that this has at the same step. */
  moveTo: async (tx: Tx, { id, version, dueAtMs, waitingEvent }: Entry): Promise<void> => {
    await tx.run('UPDATE sop_entry SET version = ?, due_at = ?, waiting_event = ? WHERE id = ?', [
      version,
      dueAtMs ?? null,
      waitingEvent ?? null,
      id,
    ])
  },

  /** After a fault of ours: kept where it is and tried again. */
  postpone: async (tx: Tx, id: number, dueAtMs: number, fault: string): Promise<void> => {
    await tx.run('UPDATE sop_entry SET due_at = ?, attempts = attempts + 1, last_error = ? WHERE id = ?', [
      dueAtMs,
      fault,
      id,
    ])
  },

  renameGuide: async (tx: Tx, oldUserId: string, newUserId: string): Promise<void> => {
    await tx.run(`UPDATE sop_entry SET userid = ? WHERE userid = ? AND state = 'active'`, [newUserId, oldUserId])
  },

  /** What a customer is in the middle of goes on with the new guide. */
  handOver: async (tx: Tx, externalUserId: string, fromUserId: string, toUserId: string): Promise<void> => {
    await tx.run(`UPDATE sop_entry SET userid = ? WHERE external_userid = ? AND userid = ? AND state = 'active'`, [
      toUserId,
      externalUserId,
      fromUserId,
    ])
  },
}
