import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'

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

/** Another one when any entry was added, whatever its instant. */
export interface EntryStamp {
  count: number
  newestId: number | undefined
}

interface StoredEntry {
  id: number
  at: number
  userid: string | null
  kind: string
  body: string
  reason: string | null
}

const toEntry = (row: StoredEntry): TimelineEntry => ({
  id: row.id,
  atMs: row.at,
  userId: row.userid ?? undefined,
  kind: row.kind,
  text: row.body,
  reason: row.reason === null ? undefined : (JSON.parse(row.reason) as Reason),
})

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
    /** True when new; a known key changes nothing. */
    note: async (tx: Tx, note: Note): Promise<boolean> => {
      const isNew = (await tx.insertIgnore('timeline', [toRow(note)])) > 0
      if (isNew) await onNotes?.(tx, [note])
      return isNew
    },
    /** Many at once, e.g. for a page of the first sync. */
    noteAll: async (tx: Tx, notes: Note[]): Promise<void> => {
      if (notes.length === 0) return
      await tx.insertIgnore('timeline', notes.map(toRow))
      await onNotes?.(tx, notes)
    },
    queries: {
      /** One read of an index. The count too: on MySQL a smaller id may be committed after a larger one. */
      stampOf: async (tx: Tx, externalUserId: string): Promise<EntryStamp> => {
        const row = await tx.row<{ entry_count: number; newest_id: number | null }>(
          'SELECT COUNT(*) AS entry_count, MAX(id) AS newest_id FROM timeline WHERE external_userid = ?',
          [externalUserId],
        )
        return { count: Number(row?.entry_count ?? 0), newestId: row?.newest_id ?? undefined }
      },
      /** Newest first. `before`: the last entry of the page seen before. `limit` default 50, at most 200. */
      ofCustomer: async (
        tx: Tx,
        externalUserId: string,
        page: { before?: { atMs: number; id: number } | undefined; limit?: number } = {},
      ): Promise<TimelineEntry[]> => {
        const limit = Math.min(Math.max(page.limit ?? 50, 1), 200)
        const params: SqlValue[] = [externalUserId]
        let older = ''
        if (page.before !== undefined) {
          older = 'AND (at < ? OR (at = ? AND id < ?))'
          params.push(page.before.atMs, page.before.atMs, page.before.id)
        }
        const rows = await tx.rows<StoredEntry>(
          `SELECT id, at, userid, kind, body, reason FROM timeline
           WHERE external_userid = ? ${older} ORDER BY at DESC, id DESC LIMIT ${limit}`,
          params,
        )
        return rows.map(toEntry)
      },
    },
  }
}
export type Timeline = ReturnType<typeof createTimeline>
