import type { RowOf } from '../core/db/define-table.ts'
import { eachChunk } from '../core/db/each-chunk.ts'
import { list, pick, set, sql } from '../core/db/sql.ts'
import type { Tx } from '../core/db/tx.ts'
import { randomText } from '../core/kernel/random.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/kernel/shanghai.ts'
import { type SessionPlace, SIDEBAR_SESSION as s } from './session-tables.ts'

/** Whatever is done between: then whoever sits there logs in anew, which inside WeCom takes no hand. */
export const SESSION_MS = 12 * HOUR_MS
const IDLE_MS = 4 * HOUR_MS
/** «Last seen» is as exact as this, so that a look at a customer is rarely a write. */
const SEEN_EVERY_MS = 5 * MINUTE_MS
/** Long enough to answer who was logged in on a day that somebody asks about. */
const KEPT_MS = 90 * DAY_MS

export interface KeptSession {
  id: string
  userId: string
  /** UTC milliseconds, as all below. */
  begunAtMs: number
  seenAtMs: number
  endedAtMs: number | null
  place: SessionPlace
}

type OpenSession = Pick<RowOf<typeof s>, 'id' | 'place' | 'seen_at' | 'begun_at'>

const ROW = pick(s, 'id', 'userid', 'begun_at', 'seen_at', 'ended_at', 'place')
const IS_OPEN = sql`${s.ended_at} IS NULL`

/** Which of these are open and were not left alone for too long? Marks them as seen. */
async function openAmong(
  tx: Tx,
  ids: readonly string[],
  now: number,
  place: SessionPlace = 'sidebar',
): Promise<Set<string>> {
  const rows = await eachChunk([...new Set(ids)], (part) =>
    tx.rows(sql`SELECT ${ROW} FROM ${s} WHERE ${s.id} IN ${list(part)} AND ${IS_OPEN}`),
  )
  return stillOpen(tx, rows, now, place)
}

/** The same of rows that were just read. */
async function stillOpen(
  tx: Tx,
  rows: readonly OpenSession[],
  now: number,
  place: SessionPlace = 'sidebar',
): Promise<Set<string>> {
  const open = rows.filter(
    (row) => row.place === place && now - row.seen_at <= IDLE_MS && now - row.begun_at <= SESSION_MS,
  )
  const idsOf = (some: readonly OpenSession[]): string[] => some.map((row) => row.id)
  const unseen = idsOf(open.filter((row) => now - row.seen_at >= SEEN_EVERY_MS))
  if (unseen.length > 0) {
    await tx.run(sql`UPDATE ${s} SET ${set(s, { seen_at: now })} WHERE ${s.id} IN ${list(unseen)} AND ${IS_OPEN}`)
  }
  return new Set(idsOf(open))
}

/** The sessions of the sidebar, so that one can be ended from elsewhere. */
export const keptSessions = {
  /** Gives the session's id. */
  begin: async (tx: Tx, userId: string, now: number, place: SessionPlace = 'sidebar'): Promise<string> => {
    const id = randomText(24)
    await tx.insert(s, { id, userid: userId, begun_at: now, seen_at: now, place })
    return id
  },

  /** Is it open, and not left alone for too long? Marks it as seen. */
  isOpen: async (tx: Tx, id: string, now: number, place: SessionPlace = 'sidebar'): Promise<boolean> =>
    (await openAmong(tx, [id], now, place)).has(id),

  openAmong,
  stillOpen,

  /** Ends one; gives whether it was open. Safe to repeat. */
  end: async (tx: Tx, id: string, now: number): Promise<boolean> =>
    (await tx.run(sql`UPDATE ${s} SET ${set(s, { ended_at: now })} WHERE ${s.id} = ${id} AND ${IS_OPEN}`)) > 0,

  /** Ends all of one member, or of everybody; gives how many were open. Safe to repeat. */
  endAll: (tx: Tx, userId: string | undefined, now: number): Promise<number> => {
    const whose = userId === undefined ? sql`1 = 1` : sql`${s.userid} = ${userId}`
    return tx.run(sql`UPDATE ${s} SET ${set(s, { ended_at: now })} WHERE ${IS_OPEN} AND ${whose}`)
  },

  /** Those that could still be used, newest first. */
  open: async (tx: Tx, now: number): Promise<KeptSession[]> => {
    const rows = await tx.rows(
      sql`SELECT ${ROW} FROM ${s}
          WHERE ${IS_OPEN} AND ${s.seen_at} >= ${now - IDLE_MS} AND ${s.begun_at} >= ${now - SESSION_MS}
          ORDER BY ${s.begun_at} DESC, ${s.id}`,
    )
    return rows.map((row) => ({
      id: row.id,
      userId: row.userid,
      begunAtMs: row.begun_at,
      seenAtMs: row.seen_at,
      endedAtMs: row.ended_at,
      place: row.place,
    }))
  },

  /** Deletes what is older than anybody asks for. */
  forget: (tx: Tx, now: number): Promise<number> =>
    tx.run(sql`DELETE FROM ${s} WHERE ${s.begun_at} < ${now - KEPT_MS}`),
}
