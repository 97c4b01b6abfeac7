import { type Among, eachAmong } from '../../core/db/among.ts'
import type { Column } from '../../core/db/define-table.ts'
import { count, list, number, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { GROUP_TOUCH, type GroupTouchKind, TOUCH, type TouchKind } from './touch-tables.ts'

/** One thing that was sent to a customer, by us or by a guide with our help. */
export interface Touch {
  /** What makes it the same touch when its cause is handled twice; ≤190 characters. */
  key: string
  externalUserId: string
  userId: string | undefined
  kind: TouchKind
  /** The welcome's or send's name, the script's id, the to-do's kind. */
  about: string | undefined
  /** UTC milliseconds. */
  atMs: number
}

/** One thing that went into a customer group, confirmed by its owner. */
export interface GroupTouch {
  /** As of `Touch`. */
  key: string
  chatId: string
  userId: string | undefined
  kind: GroupTouchKind
  /** UTC milliseconds. */
  atMs: number
}

/** How to look into one of the ledgers; `whose`: the column that says whom a touch reached. */
function readingOf(table: typeof TOUCH | typeof GROUP_TOUCH, whose: Column<string>) {
  return {
    /** How many each of these had since then, UTC milliseconds; those with none are left out. */
    countsSince: async (tx: ReadTx, among: Among, sinceMs: number): Promise<Map<string, number>> => {
      const rows = await eachAmong(whose, among, (isAmong) =>
        tx.rows(
          sql`SELECT ${select({ id: whose, n: count() })} FROM ${table}
              WHERE ${isAmong} AND ${table.at} >= ${sinceMs} GROUP BY ${whose}`,
        ),
      )
      return new Map(rows.map(({ id, n }) => [id, n]))
    },
    /** When each of these had the last one, of those who had one since then; UTC milliseconds. */
    lastSince: async (tx: ReadTx, among: Among, sinceMs: number): Promise<Map<string, number>> => {
      const rows = await eachAmong(whose, among, (isAmong) =>
        tx.rows(
          sql`SELECT ${select({ id: whose, atMs: number(sql`MAX(${table.at})`) })} FROM ${table}
              WHERE ${isAmong} AND ${table.at} >= ${sinceMs} GROUP BY ${whose}`,
        ),
      )
      return new Map(rows.map(({ id, atMs }) => [id, atMs]))
    },
  }
}

/** What was sent to customers and into groups and when, so that rules can leave them in peace. Whoever sends writes it
 *  down, in the transaction that learns of it. */
export const touches = {
  /** A known key changes nothing. */
  add: async (tx: Tx, sent: Touch[]): Promise<void> => {
    if (sent.length === 0) return
    await tx.insertLater(
      TOUCH,
      sent.map(({ key, externalUserId, userId, kind, about, atMs }) => ({
        source_key: key,
        external_userid: externalUserId,
        userid: userId ?? null,
        kind,
        about: about?.slice(0, 120) ?? null,
        at: atMs,
      })),
    )
  },
  ...readingOf(TOUCH, TOUCH.external_userid),
  /** How many moments of the corp each of these was shown since then, UTC milliseconds; those with none are left out. */
  momentsSince: async (tx: ReadTx, ids: readonly string[], sinceMs: number): Promise<Map<string, number>> => {
    if (ids.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${select({ id: TOUCH.external_userid, n: count() })} FROM ${TOUCH}
          WHERE ${TOUCH.external_userid} IN ${list(ids)} AND ${TOUCH.at} >= ${sinceMs} AND ${TOUCH.kind} = 'moment'
          GROUP BY ${TOUCH.external_userid}`,
    )
    return new Map(rows.map(({ id, n }) => [id, n]))
  },
  groups: {
    /** A known key changes nothing. */
    add: async (tx: Tx, sent: GroupTouch[]): Promise<void> => {
      if (sent.length === 0) return
      await tx.insertLater(
        GROUP_TOUCH,
        sent.map(({ key, chatId, userId, kind, atMs }) => ({
          source_key: key,
          chat_id: chatId,
          userid: userId ?? null,
          kind,
          at: atMs,
        })),
      )
    },
    ...readingOf(GROUP_TOUCH, GROUP_TOUCH.chat_id),
  },
  /** When this customer got what is of this kind, since then, the latest of each `about`; UTC milliseconds. */
  lastOfKind: async (
    tx: ReadTx,
    externalUserId: string,
    { kind, sinceMs }: { kind: TouchKind; sinceMs: number },
  ): Promise<{ about: string | undefined; atMs: number }[]> => {
    const touch = select({ about: TOUCH.about, atMs: number(sql`MAX(${TOUCH.at})`) })
    const rows = await tx.rows(
      sql`SELECT ${touch} FROM ${TOUCH}
          WHERE ${TOUCH.external_userid} = ${externalUserId} AND ${TOUCH.at} >= ${sinceMs} AND ${TOUCH.kind} = ${kind}
          GROUP BY ${TOUCH.about}`,
    )
    return rows.map(({ about, atMs }) => ({ about: about ?? undefined, atMs }))
  },
  /** When each guide last wrote to each of these, as far as we know: a moment is no message. UTC milliseconds. */
  lastOfGuides: async (
    tx: ReadTx,
    among: Among,
  ): Promise<{ externalUserId: string; userId: string; atMs: number }[]> => {
    const touch = {
      externalUserId: TOUCH.external_userid,
      userId: words(sql`${TOUCH.userid}`),
      atMs: number(sql`MAX(${TOUCH.at})`),
    }
    return eachAmong(TOUCH.external_userid, among, (isAmong) =>
      tx.rows(
        sql`SELECT ${select(touch)} FROM ${TOUCH}
            WHERE ${isAmong} AND ${TOUCH.userid} IS NOT NULL AND ${TOUCH.kind} <> 'moment'
            GROUP BY ${TOUCH.external_userid}, ${TOUCH.userid}`,
      ),
    )
  },
  /** What guides sent to this customer from the first instant until the last, both included, the oldest first; UTC milliseconds. */
  ofGuidesWithin: async (
    tx: ReadTx,
    externalUserId: string,
    { fromMs, untilMs }: { fromMs: number; untilMs: number },
  ): Promise<{ userId: string; kind: TouchKind; about: string | undefined; atMs: number }[]> => {
    const touch = select({ userId: TOUCH.userid, kind: TOUCH.kind, about: TOUCH.about, atMs: TOUCH.at })
    const rows = await tx.rows(
      sql`SELECT ${touch} FROM ${TOUCH}
          WHERE ${TOUCH.external_userid} = ${externalUserId} AND ${TOUCH.at} >= ${fromMs} AND ${TOUCH.at} <= ${untilMs}
            AND ${TOUCH.userid} IS NOT NULL
          ORDER BY ${TOUCH.at}, ${TOUCH.id}`,
    )
    return rows.flatMap(({ userId, about, ...row }) =>
      userId === null ? [] : { ...row, userId, about: about ?? undefined },
    )
  },
}
export type Touches = typeof touches
export type TouchReading = Pick<Touches, 'countsSince' | 'lastSince'>
