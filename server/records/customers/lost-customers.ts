import { alias } from '../../core/db/define-table.ts'
import { every, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { CUSTOMER, FOLLOW } from './customer-tables.ts'
import type { LostBy } from './event-source.ts'

/** A friendship that is over. Instants are UTC milliseconds. */
export interface LostFollow {
  externalUserId: string
  name: string | undefined
  userId: string
  remark: string | undefined
  lostAtMs: number
  lostBy: LostBy
  addedAtMs: number | undefined
  channel: string | undefined
}

const c = alias(CUSTOMER, 'c')
const f = alias(FOLLOW, 'f')
const LOST = select({
  externalUserId: f.external_userid,
  name: c.name,
  userId: f.userid,
  remark: f.remark,
  lostAtMs: f.lost_at,
  lostBy: f.lost_by,
  addedAtMs: f.added_at,
  channel: f.channel,
})

/** Friendships that ended since then and have not begun anew; newest first, at most `limit`. `by`: only those whom this
 *  side ended. Reads all friendships: for the command line. */
export async function lostCustomers(
  tx: ReadTx,
  { sinceMs, by, limit }: { sinceMs: number; by: LostBy | undefined; limit: number },
): Promise<LostFollow[]> {
  const conditions: Sql[] = [sql`${f.active} = 0`, sql`${f.lost_at} >= ${sinceMs}`]
  if (by !== undefined) conditions.push(sql`${f.lost_by} = ${by}`)
  const rows = await tx.rows(
    sql`SELECT ${LOST} FROM ${f} LEFT JOIN ${c} ON ${c.external_userid} = ${f.external_userid}
        WHERE ${every(conditions)} ORDER BY ${f.lost_at} DESC, ${f.id} DESC LIMIT ${limit}`,
  )
  return rows.map(({ name, remark, lostAtMs, lostBy, addedAtMs, channel, ...row }) => ({
    ...row,
    name: name ?? undefined,
    remark: remark ?? undefined,
    lostAtMs: lostAtMs ?? sinceMs,
    lostBy: lostBy ?? 'unknown',
    addedAtMs: addedAtMs ?? undefined,
    channel: channel ?? undefined,
  }))
}
