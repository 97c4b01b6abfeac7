import type { Tx } from '../../../core/db/tx.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { Entry } from '../model/sop-entry.ts'

/** A customer who stands at a message step: `waiting` for others who come to it for the same guide, `handed` to the
 *  mass-send, `over` when it is known what became of it. */
export interface QueuedMessage {
  id: number
  entryId: number
  position: string
  sop: string
  version: string
  externalUserId: string
  userId: string
  /** Of the mass-send that it goes with. */
  batchKey: string
  reachedAtMs: number
}

/** How long the first one waits for others. */
export const GATHER_MS = 2 * MINUTE_MS

interface StoredMessage {
  id: number
  entry_id: number
  position: string
  sop: string
  version: string
  external_userid: string
  userid: string
  batch_key: string
  reached_at: number
}

const COLUMNS = 'id, entry_id, position, sop, version, external_userid, userid, batch_key, reached_at'

const toMessage = (row: StoredMessage): QueuedMessage => ({
  id: row.id,
  entryId: row.entry_id,
  position: row.position,
  sop: row.sop,
  version: row.version,
  externalUserId: row.external_userid,
  userId: row.userid,
  batchKey: row.batch_key,
  reachedAtMs: row.reached_at,
})

export const messageQueue = {
  /** Joins those who wait at the same step for the same guide, else begins a new round. Safe to repeat. */
  add: async (tx: Tx, entry: Entry, key: string, nowMs: number): Promise<void> => {
    const { sop, version, position, userId, externalUserId } = entry
    const open = await tx.row<{ batch_key: string; close_at: number }>(
      `SELECT batch_key, close_at FROM sop_message
       WHERE sop = ? AND version = ? AND position = ? AND userid = ? AND state = 'waiting' AND close_at > ?
       ORDER BY close_at LIMIT 1`,
      [sop, version, position, userId, nowMs],
    )
    await tx.insertIgnore('sop_message', [
      {
        entry_id: entry.id,
        position,
        sop,
        version,
        external_userid: externalUserId,
        userid: userId,
        state: 'waiting',
        batch_key: open?.batch_key ?? key,
        reached_at: nowMs,
        close_at: open?.close_at ?? nowMs + GATHER_MS,
      },
    ])
  },

  /** Those of the round that has waited longest, at most `limit`; empty when none is over. */
  dueRound: async (tx: Tx, nowMs: number, limit: number): Promise<QueuedMessage[]> => {
    const first = await tx.row<{ batch_key: string }>(
      `SELECT batch_key FROM sop_message WHERE state = 'waiting' AND close_at <= ? ORDER BY close_at, id LIMIT 1`,
      [nowMs],
    )
    if (first === undefined) return []
    const rows = await tx.rows<StoredMessage>(
      `SELECT ${COLUMNS} FROM sop_message WHERE batch_key = ? AND state = 'waiting' ORDER BY id LIMIT ${limit}`,
      [first.batch_key],
    )
    return rows.map(toMessage)
  },

  setState: async (tx: Tx, ids: number[], state: 'handed' | 'over'): Promise<void> => {
    if (ids.length === 0) return
    const marks = ids.map(() => '?').join(', ')
    await tx.run(`UPDATE sop_message SET state = ? WHERE id IN (${marks})`, [state, ...ids])
  },

  /** What was handed over with this mass-send for this customer: more than one when they came to the step twice. */
  handed: async (tx: Tx, batchKey: string, externalUserId: string): Promise<QueuedMessage[]> => {
    const rows = await tx.rows<StoredMessage>(
      `SELECT ${COLUMNS} FROM sop_message WHERE batch_key = ? AND external_userid = ? AND state = 'handed'`,
      [batchKey, externalUserId],
    )
    return rows.map(toMessage)
  },

  /** Messages on their way to this customer. */
  onTheirWay: async (tx: Tx, externalUserId: string): Promise<number> => {
    const row = await tx.row<{ n: number }>(
      `SELECT COUNT(*) AS n FROM sop_message WHERE external_userid = ? AND state IN ('waiting', 'handed')`,
      [externalUserId],
    )
    return Number(row?.n ?? 0)
  },

  /** A journey has ended: what it has not handed over yet is not sent. True when it was still waiting. */
  withdraw: async (tx: Tx, entryId: number, position: string): Promise<boolean> =>
    (await tx.run(`UPDATE sop_message SET state = 'over' WHERE entry_id = ? AND position = ? AND state = 'waiting'`, [
      entryId,
      position,
    ])) > 0,
}
