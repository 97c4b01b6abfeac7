import { contains } from '../../core/db/contains.ts'
import { alias } from '../../core/db/define-table.ts'
import { every, number, type Selected, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { CUSTOMER, FOLLOW } from './customer-tables.ts'
import type { LostBy } from './event-source.ts'

/** One of a guide's customers, as the guide knows them. */
export interface OwnFriend {
  externalUserId: string
  name: string | undefined
  remark: string | undefined
}

/** From the first instant until before the second; UTC milliseconds. */
export interface Span {
  fromMs: number
  untilMs: number
}

/** WeCom's way of adding for those whom an administrator gave: nobody added anybody (doc 92114). */
const ADD_WAY_GIVEN = 202

const c = alias(CUSTOMER, 'c')
const f = alias(FOLLOW, 'f')
const FRIEND = select({ externalUserId: f.external_userid, name: c.name, remark: f.remark })
const PAIRS = sql`${f} LEFT JOIN ${c} ON ${c.external_userid} = ${f.external_userid}`

const toFriend = ({ externalUserId, name, remark }: Selected<typeof FRIEND>): OwnFriend => ({
  externalUserId,
  name: name ?? undefined,
  remark: remark === null ? undefined : maskPhones(remark),
})

/** Only ever those of one guide. */
export const ownFriends = {
  /** Friends now whose nickname or remark contains these words, or who are among `others` (subselects of external_userid), the
   *  newest first; and how many there are. */
  like: async (
    tx: ReadTx,
    userId: string,
    words: string,
    { limit, others = [] }: { limit: number; others?: readonly Sql[] },
  ): Promise<{ total: number; friends: OwnFriend[] }> => {
    const isWanted = every([
      sql`${f.userid} = ${userId} AND ${f.active} = 1`,
      others.reduce(
        (either, ids) => sql`${either} OR ${f.external_userid} IN (${ids})`,
        sql`${contains(c.name, words)} OR ${contains(f.remark, words)}`,
      ),
    ])
    // In one statement: what others ask is looked through once for the number and for those who are shown.
    const rows = await tx.rows(
      sql`SELECT ${FRIEND}, ${select({ total: number(sql`COUNT(*) OVER ()`) })} FROM ${PAIRS} WHERE ${isWanted}
          ORDER BY ${f.added_at} DESC, ${f.id} DESC LIMIT ${limit}`,
    )
    return { total: rows[0]?.total ?? 0, friends: rows.map(toFriend) }
  },
  /** Whom the guide lost since then and has not back, the newest first; UTC milliseconds. */
  lostSince: async (
    tx: ReadTx,
    userId: string,
    sinceMs: number,
    limit: number,
  ): Promise<(OwnFriend & { atMs: number; by: LostBy })[]> => {
    const lost = select({
      externalUserId: f.external_userid,
      name: c.name,
      remark: f.remark,
      atMs: f.lost_at,
      by: f.lost_by,
    })
    const rows = await tx.rows(
      sql`SELECT ${lost} FROM ${PAIRS}
          WHERE ${f.userid} = ${userId} AND ${f.active} = 0 AND ${f.lost_at} >= ${sinceMs} AND ${f.lost_by} <> 'transfer'
          ORDER BY ${f.lost_at} DESC, ${f.id} DESC LIMIT ${limit}`,
    )
    return rows.map(({ atMs, by, ...row }) => ({ ...toFriend(row), atMs: atMs ?? sinceMs, by: by ?? 'unknown' }))
  },
  /** For a join: everybody who is or was a friend of this guide, as `external_userid`, `added_at` (0: not known when) and
   *  `lost_at` (null: a friend now). Half adds are none. */
  everOf: (userId: string): Sql =>
    sql`(SELECT ${f.external_userid}, COALESCE(${f.added_at}, 0) AS added_at,
           CASE WHEN ${f.active} = 1 THEN NULL ELSE ${f.lost_at} END AS lost_at
         FROM ${f} WHERE ${f.userid} = ${userId} AND ${f.half} = 0)`,
  /** By the span's name: who came to this guide for the first time in it (not those given by an administrator), and how many
   *  friends there were when it began. One statement. */
  growth: async (
    tx: ReadTx,
    userId: string,
    spans: Readonly<Record<string, Span>>,
  ): Promise<Map<string, { adds: number; friendsAtStart: number }>> => {
    const isGiven = sql`COALESCE(${f.add_way}, 0) = ${ADD_WAY_GIVEN}`
    const columns = Object.entries(spans).flatMap(([name, { fromMs, untilMs }]) => {
      const isNew = sql`${f.added_at} >= ${fromMs} AND ${f.added_at} < ${untilMs} AND NOT (${isGiven})`
      const wasFriend = sql`COALESCE(${f.added_at}, 0) < ${fromMs} AND (${f.active} = 1 OR ${f.lost_at} >= ${fromMs})`
      return [
        [`${name}.adds`, number(sql`COALESCE(SUM(CASE WHEN ${isNew} THEN 1 ELSE 0 END), 0)`)],
        [`${name}.friends`, number(sql`COALESCE(SUM(CASE WHEN ${wasFriend} THEN 1 ELSE 0 END), 0)`)],
      ] as const
    })
    const row = await tx.row(
      sql`SELECT ${select(Object.fromEntries(columns))} FROM ${f} WHERE ${f.userid} = ${userId} AND ${f.half} = 0`,
    )
    return new Map(
      Object.keys(spans).map((name) => [
        name,
        { adds: row?.[`${name}.adds`] ?? 0, friendsAtStart: row?.[`${name}.friends`] ?? 0 },
      ]),
    )
  },
}
