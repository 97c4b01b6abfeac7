import { count, list, number, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { TOUCH, type TouchKind } from './touch-tables.ts'

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

/** What was sent to customers and when, so that rules can leave them in peace. Whoever sends writes it down, in the
 *  transaction that learns of it. */
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
  /** How many each of these customers had since then, UTC milliseconds; those with none are left out. */
  countsSince: async (
    tx: ReadTx,
    externalUserIds: readonly string[],
    sinceMs: number,
  ): Promise<Map<string, number>> => {
    if (externalUserIds.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${select({ externalUserId: TOUCH.external_userid, n: count() })} FROM ${TOUCH}
          WHERE ${TOUCH.external_userid} IN ${list(externalUserIds)} AND ${TOUCH.at} >= ${sinceMs}
          GROUP BY ${TOUCH.external_userid}`,
    )
    return new Map(rows.map(({ externalUserId, n }) => [externalUserId, n]))
  },
  /** When each of these customers had the last one, of those who had one since then; UTC milliseconds. */
  lastSince: async (tx: ReadTx, externalUserIds: readonly string[], sinceMs: number): Promise<Map<string, number>> => {
    if (externalUserIds.length === 0) return new Map()
    const last = select({ externalUserId: TOUCH.external_userid, atMs: number(sql`MAX(${TOUCH.at})`) })
    const rows = await tx.rows(
      sql`SELECT ${last} FROM ${TOUCH}
          WHERE ${TOUCH.external_userid} IN ${list(externalUserIds)} AND ${TOUCH.at} >= ${sinceMs}
          GROUP BY ${TOUCH.external_userid}`,
    )
    return new Map(rows.map(({ externalUserId, atMs }) => [externalUserId, atMs]))
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
