import { alias } from '../../core/db/define-table.ts'
import { count, every, type Selected, select, sql } from '../../core/db/sql.ts'
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

const c = alias(CUSTOMER, 'c')
const f = alias(FOLLOW, 'f')
const FRIEND = select({ externalUserId: f.external_userid, name: c.name, remark: f.remark })
const PAIRS = sql`${f} LEFT JOIN ${c} ON ${c.external_userid} = ${f.external_userid}`
const plainForLike = (text: string): string => text.replaceAll(/[!%_]/g, '!$&')

const toFriend = ({ externalUserId, name, remark }: Selected<typeof FRIEND>): OwnFriend => ({
  externalUserId,
  name: name ?? undefined,
  remark: remark === null ? undefined : maskPhones(remark),
})

/** Only ever those of one guide. */
export const ownFriends = {
  /** Friends now whose nickname or remark contains these words, the newest first; and how many there are. */
  like: async (
    tx: ReadTx,
    userId: string,
    words: string,
    limit: number,
  ): Promise<{ total: number; friends: OwnFriend[] }> => {
    const pattern = `%${plainForLike(words.toLowerCase())}%`
    const isWanted = every([
      sql`${f.userid} = ${userId} AND ${f.active} = 1`,
      sql`LOWER(${c.name}) LIKE ${pattern} ESCAPE '!' OR LOWER(${f.remark}) LIKE ${pattern} ESCAPE '!'`,
    ])
    const row = await tx.row(sql`SELECT ${select({ n: count() })} FROM ${PAIRS} WHERE ${isWanted}`)
    const rows = await tx.rows(
      sql`SELECT ${FRIEND} FROM ${PAIRS} WHERE ${isWanted} ORDER BY ${f.added_at} DESC, ${f.id} DESC LIMIT ${limit}`,
    )
    return { total: row?.n ?? 0, friends: rows.map(toFriend) }
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
}
