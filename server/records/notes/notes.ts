import type { RowOf } from '../../core/db/define-table.ts'
import { all, count, every, lock, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import type { SeenBy, Timeline } from '../timeline/timeline.ts'
import { CUSTOMER_NOTE } from './note-tables.ts'

/** What somebody wrote down about a customer. */
export interface CustomerNote {
  id: number
  externalUserId: string
  /** Who wrote it. */
  userId: string
  text: string
  /** UTC milliseconds. */
  atMs: number
  isPinned: boolean
}

export interface NotesDeps {
  clock: Clock
  timeline: Pick<Timeline, 'note' | 'reword'>
}

/** Of whose words it is and who is named for it on the timeline. */
interface By {
  userId: string
  /** `林夏`, or `陈浩替林夏`. */
  words: string
}

const n = CUSTOMER_NOTE
const timelineKey = (key: string): string => `note:${key}`
const STANDS = sql`${n.removed_at} IS NULL`

const toNote = (row: RowOf<typeof CUSTOMER_NOTE>): CustomerNote => ({
  id: row.id,
  externalUserId: row.external_userid,
  userId: row.userid,
  text: row.body,
  atMs: row.at,
  isPinned: row.pinned_at !== null,
})

/** What this guide may read: all of it, or after the end of a friendship what was written until then. */
const readable = (externalUserId: string, seenBy: SeenBy | undefined) =>
  every([
    sql`${n.external_userid} = ${externalUserId} AND ${STANDS}`,
    ...(seenBy === undefined ? [] : [sql`${n.at} <= ${seenBy.untilMs} OR ${n.userid} = ${seenBy.userId}`]),
  ])

export interface NotesPage {
  before?: { atMs: number; id: number } | undefined
  /** Default 20. */
  limit?: number
  seenBy?: SeenBy | undefined
}

/** Notes of guides about customers; of each customer at most one stands above the others. */
export function createNotes({ clock, timeline }: NotesDeps) {
  async function unpin(tx: Tx, externalUserId: string): Promise<void> {
    await tx.run(
      sql`UPDATE ${n} SET ${set(n, { pinned_at: null })}
          WHERE ${n.external_userid} = ${externalUserId} AND ${n.pinned_at} IS NOT NULL`,
    )
  }

  /** Held until the transaction ends. */
  async function find(tx: Tx, externalUserId: string, id: number): Promise<RowOf<typeof CUSTOMER_NOTE> | undefined> {
    return tx.row(
      sql`SELECT ${all(n)} FROM ${n} WHERE ${n.id} = ${id} AND ${n.external_userid} = ${externalUserId} AND ${STANDS}
          ${lock()}`,
    )
  }

  return {
    /** Phones in it are masked. The same key twice changes nothing; false then. */
    write: async (
      tx: Tx,
      {
        key,
        externalUserId,
        by,
        text,
        isPinned,
      }: { key: string; externalUserId: string; by: By; text: string; isPinned: boolean },
    ): Promise<boolean> => {
      const body = maskPhones(text)
      const now = clock.now()
      const row = { note_key: key, external_userid: externalUserId, userid: by.userId, body, at: now }
      if ((await tx.insertIgnore(n, [row])) === 0) return false
      if (isPinned) {
        await unpin(tx, externalUserId)
        await tx.run(sql`UPDATE ${n} SET ${set(n, { pinned_at: now })} WHERE ${n.note_key} = ${key}`)
      }
      await timeline.note(tx, {
        key: timelineKey(key),
        externalUserId,
        userId: by.userId,
        kind: 'note.written',
        text: `${by.words}记：${body}`,
      })
      return true
    },

    /** Puts it above the others, or back among them. False when there is none. Safe to repeat. */
    pin: async (
      tx: Tx,
      { externalUserId, id, by, isPinned }: { externalUserId: string; id: number; by: By; isPinned: boolean },
    ): Promise<boolean> => {
      const row = await find(tx, externalUserId, id)
      if (row === undefined) return false
      if ((row.pinned_at !== null) === isPinned) return true
      const now = clock.now()
      await unpin(tx, externalUserId)
      if (isPinned) await tx.run(sql`UPDATE ${n} SET ${set(n, { pinned_at: now })} WHERE ${n.id} = ${id}`)
      await timeline.note(tx, {
        key: `${timelineKey(row.note_key)}:${isPinned ? 'pinned' : 'unpinned'}:${now}`,
        externalUserId,
        userId: by.userId,
        kind: 'note.pinned',
        text: `${by.words}把${isPinned ? '一条记录置顶' : '置顶的记录放了回去'}`,
      })
      return true
    },

    /** Its words go from everywhere; that there was one stays. False when there is none. */
    remove: async (
      tx: Tx,
      { externalUserId, id, by }: { externalUserId: string; id: number; by: By },
    ): Promise<boolean> => {
      const row = await find(tx, externalUserId, id)
      if (row === undefined) return false
      const changes = { body: '', removed_at: clock.now(), pinned_at: null }
      await tx.run(sql`UPDATE ${n} SET ${set(n, changes)} WHERE ${n.id} = ${id}`)
      await timeline.reword(tx, timelineKey(row.note_key), `${by.words}记过一条，后来删了`)
      return true
    },

    queries: {
      /** Newest first. */
      ofCustomer: async (tx: Tx, externalUserId: string, page: NotesPage = {}): Promise<CustomerNote[]> => {
        const { before, limit = 20, seenBy } = page
        const wanted = [readable(externalUserId, seenBy)]
        if (before !== undefined) {
          wanted.push(sql`${n.at} < ${before.atMs} OR (${n.at} = ${before.atMs} AND ${n.id} < ${before.id})`)
        }
        const rows = await tx.rows(
          sql`SELECT ${all(n)} FROM ${n} WHERE ${every(wanted)} ORDER BY ${n.at} DESC, ${n.id} DESC LIMIT ${limit}`,
        )
        return rows.map(toNote)
      },
      countOf: async (tx: Tx, externalUserId: string, seenBy?: SeenBy): Promise<number> => {
        const total = select({ total: count() })
        const row = await tx.row(sql`SELECT ${total} FROM ${n} WHERE ${readable(externalUserId, seenBy)}`)
        return row?.total ?? 0
      },
      pinnedOf: async (tx: Tx, externalUserId: string, seenBy?: SeenBy): Promise<CustomerNote | undefined> => {
        const row = await tx.row(
          sql`SELECT ${all(n)} FROM ${n} WHERE ${readable(externalUserId, seenBy)} AND ${n.pinned_at} IS NOT NULL
              ORDER BY ${n.pinned_at} DESC LIMIT 1`,
        )
        return row === undefined ? undefined : toNote(row)
      },
      byId: async (tx: Tx, externalUserId: string, id: number): Promise<CustomerNote | undefined> => {
        const row = await find(tx, externalUserId, id)
        return row === undefined ? undefined : toNote(row)
      },
    },
  }
}
export type Notes = ReturnType<typeof createNotes>
