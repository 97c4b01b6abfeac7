import { eachChunk } from '../../core/db/each-chunk.ts'
import { count, every, list, maybeNumber, pick, type Selected, select, set, some, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { TIMELINE } from './timeline-tables.ts'

export interface Note {
  /** What makes this the same note when its cause is handled twice; ≤190 characters. */
  key: string
  externalUserId: string
  userId?: string | undefined
  /** UTC milliseconds; default now. */
  atMs?: number
  /** `capability.what`, e.g. `customer.added`. */
  kind: string
  /** One Chinese line for people. */
  text: string
  reason?: Reason | undefined
}

export interface TimelineEntry {
  id: number
  atMs: number
  userId: string | undefined
  kind: string
  text: string
  reason: Reason | undefined
}

/** Whose customer it was until an instant, UTC milliseconds: what came later is theirs only where it is about them. */
export interface SeenBy {
  userId: string
  untilMs: number
}

export interface TimelinePage {
  before?: { atMs: number; id: number } | undefined
  limit?: number
  seenBy?: SeenBy | undefined
  /** Without the signs that LIKE knows. */
  kinds?: readonly string[] | undefined
}

/** Another one when any entry was added, whatever its instant. */
export interface EntryStamp {
  count: number
  newestId: number | undefined
}

const t = TIMELINE
const ENTRY = pick(t, 'id', 'at', 'userid', 'kind', 'body', 'reason')

const toEntry = (row: Selected<typeof ENTRY>): TimelineEntry => ({
  id: row.id,
  atMs: row.at,
  userId: row.userid ?? undefined,
  kind: row.kind,
  text: row.body,
  reason: row.reason === null ? undefined : (JSON.parse(row.reason) as Reason),
})

/** Names, remarks and answers are in it, and it goes out by webhooks. */
const masked = (note: Note): Note => ({ ...note, text: maskPhones(note.text) })

export interface TimelineDeps {
  clock: Clock
  /** Told of every note in the same transaction, perhaps again when its cause is handled twice. */
  onNotes?: ((tx: Tx, notes: Note[]) => Promise<void>) | undefined
}

/** What happened to one customer, and why. */
export function createTimeline({ clock, onNotes }: TimelineDeps) {
  const toRow = (note: Note) => ({
    dedupe_key: note.key,
    external_userid: note.externalUserId,
    userid: note.userId ?? null,
    at: note.atMs ?? clock.now(),
    kind: note.kind,
    body: note.text,
    reason: note.reason === undefined ? null : JSON.stringify(note.reason),
  })

  return {
    /** A known key changes nothing. */
    note: async (tx: Tx, said: Note): Promise<void> => {
      const note = masked(said)
      await tx.insertLater(t, [toRow(note)])
      await onNotes?.(tx, [note])
    },
    /** Many at once, e.g. for a page of the first sync. */
    noteAll: async (tx: Tx, said: Note[]): Promise<void> => {
      if (said.length === 0) return
      const notes = said.map(masked)
      await tx.insertLater(t, notes.map(toRow))
      await onNotes?.(tx, notes)
    },
    /** What a known note tells happened at another instant than was thought. UTC milliseconds. */
    correctTime: async (tx: Tx, key: string, atMs: number): Promise<void> => {
      await tx.run(sql`UPDATE ${t} SET ${set(t, { at: atMs })} WHERE ${t.dedupe_key} = ${key}`)
    },
    /** What a known note told is no longer to be read. */
    reword: async (tx: Tx, key: string, text: string): Promise<void> => {
      await tx.run(sql`UPDATE ${t} SET ${set(t, { body: text })} WHERE ${t.dedupe_key} = ${key}`)
    },
    queries: {
      /** One read of an index. The count too: on MySQL a smaller id may be committed after a larger one. */
      stampOf: async (tx: Tx, externalUserId: string): Promise<EntryStamp> => {
        const stamp = select({ count: count(), newestId: maybeNumber(sql`MAX(${t.id})`) })
        const row = await tx.row(sql`SELECT ${stamp} FROM ${t} WHERE ${t.external_userid} = ${externalUserId}`)
        return { count: row?.count ?? 0, newestId: row?.newestId ?? undefined }
      },
      /** Of each that has any entry. */
      stampsOf: async (tx: Tx, externalUserIds: readonly string[]): Promise<Map<string, EntryStamp>> => {
        const stamp = select({ id: t.external_userid, count: count(), newestId: maybeNumber(sql`MAX(${t.id})`) })
        const rows = await eachChunk([...new Set(externalUserIds)], (part) =>
          tx.rows(
            sql`SELECT ${stamp} FROM ${t} WHERE ${t.external_userid} IN ${list(part)} GROUP BY ${t.external_userid}`,
          ),
        )
        return new Map(rows.map((row) => [row.id ?? '', { count: row.count, newestId: row.newestId ?? undefined }]))
      },
      /** Newest first. `before`: the last entry of the page seen before. `limit` default 50, at most 200. `seenBy`: only
       *  what this guide may know. `kinds`: only those whose kind begins so. */
      ofCustomer: async (tx: Tx, externalUserId: string, page: TimelinePage = {}): Promise<TimelineEntry[]> => {
        const limit = Math.min(Math.max(page.limit ?? 50, 1), 200)
        const isWanted = [sql`${t.external_userid} = ${externalUserId}`]
        if (page.before !== undefined) {
          const { atMs, id } = page.before
          isWanted.push(sql`${t.at} < ${atMs} OR (${t.at} = ${atMs} AND ${t.id} < ${id})`)
        }
        if (page.kinds !== undefined) isWanted.push(some(page.kinds.map((begin) => sql`${t.kind} LIKE ${`${begin}%`}`)))
        if (page.seenBy !== undefined) {
          isWanted.push(sql`${t.at} <= ${page.seenBy.untilMs} OR ${t.userid} = ${page.seenBy.userId}`)
        }
        const rows = await tx.rows(
          sql`SELECT ${ENTRY} FROM ${t} WHERE ${every(isWanted)} ORDER BY ${t.at} DESC, ${t.id} DESC LIMIT ${limit}`,
        )
        return rows.map(toEntry)
      },
    },
  }
}
export type Timeline = ReturnType<typeof createTimeline>
