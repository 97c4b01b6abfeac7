import { count, list, pick, select, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { Entry } from '../model/sop-entry.ts'
import { type MessageState, SOP_MESSAGE } from '../sop-tables.ts'

/** A customer who stands at a message step. */
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

const M = SOP_MESSAGE
const COLUMNS = select({
  id: M.id,
  entryId: M.entry_id,
  position: M.position,
  sop: M.sop,
  version: M.version,
  externalUserId: M.external_userid,
  userId: M.userid,
  batchKey: M.batch_key,
  reachedAtMs: M.reached_at,
})
const IS_WAITING = sql`${M.state} = 'waiting'`

export const messageQueue = {
  /** Joins those who wait at the same step for the same guide, else begins a new round. Safe to repeat. */
  add: async (tx: Tx, entry: Entry, key: string, nowMs: number): Promise<void> => {
    const { sop, version, position, userId, externalUserId } = entry
    const open = await tx.row(
      sql`SELECT ${pick(M, 'batch_key', 'close_at')} FROM ${M}
          WHERE ${M.sop} = ${sop} AND ${M.version} = ${version} AND ${M.position} = ${position}
            AND ${M.userid} = ${userId} AND ${IS_WAITING} AND ${M.close_at} > ${nowMs}
          ORDER BY ${M.close_at} LIMIT 1`,
    )
    await tx.insertIgnore(M, [
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
    const first = await tx.row(
      sql`SELECT ${pick(M, 'batch_key')} FROM ${M} WHERE ${IS_WAITING} AND ${M.close_at} <= ${nowMs}
          ORDER BY ${M.close_at}, ${M.id} LIMIT 1`,
    )
    if (first === undefined) return []
    return tx.rows(
      sql`SELECT ${COLUMNS} FROM ${M} WHERE ${M.batch_key} = ${first.batch_key} AND ${IS_WAITING}
          ORDER BY ${M.id} LIMIT ${limit}`,
    )
  },

  setState: async (tx: Tx, ids: number[], state: Exclude<MessageState, 'waiting'>): Promise<void> => {
    if (ids.length === 0) return
    await tx.run(sql`UPDATE ${M} SET ${set(M, { state })} WHERE ${M.id} IN ${list(ids)}`)
  },

  /** What was handed over with this mass-send for this customer: more than one when they came to the step twice. */
  handed: (tx: Tx, batchKey: string, externalUserId: string): Promise<QueuedMessage[]> =>
    tx.rows(
      sql`SELECT ${COLUMNS} FROM ${M}
          WHERE ${M.batch_key} = ${batchKey} AND ${M.external_userid} = ${externalUserId} AND ${M.state} = 'handed'`,
    ),

  /** Keys of the mass-sends with which this journey's messages went and of which nothing is known yet. */
  handedRounds: async (tx: Tx, sop: string): Promise<string[]> => {
    const rows = await tx.rows(
      sql`SELECT DISTINCT ${pick(M, 'batch_key')} FROM ${M} WHERE ${M.sop} = ${sop} AND ${M.state} = 'handed'`,
    )
    return rows.map((row) => row.batch_key)
  },

  /** Messages to this customer that no mass-send has yet. */
  waitingFor: async (tx: Tx, externalUserId: string): Promise<number> => {
    const found = await tx.row(
      sql`SELECT ${select({ n: count() })} FROM ${M}
          WHERE ${M.external_userid} = ${externalUserId} AND ${IS_WAITING}`,
    )
    return found?.n ?? 0
  },

  /** A journey has ended: what it has not handed over yet is not sent. True when it was still waiting. */
  withdraw: async (tx: Tx, entryId: number, position: string): Promise<boolean> =>
    (await tx.run(
      sql`UPDATE ${M} SET ${set(M, { state: 'over' })}
          WHERE ${M.entry_id} = ${entryId} AND ${M.position} = ${position} AND ${IS_WAITING}`,
    )) > 0,
}
