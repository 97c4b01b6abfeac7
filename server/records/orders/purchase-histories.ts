import { maybeNumber, number, raw, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { SHOP_ORDER } from './order-tables.ts'

/** On which Shanghai days somebody bought, all told. Days are the UTC milliseconds of their midnight. */
export interface PurchaseHistory {
  externalUserId: string
  firstDayMs: number
  lastDayMs: number
  days: number
  /** Days after the first on which something was paid that stands, and what. */
  repeatsPaid: number
  repeatFen: number
  /** The same up to the day `cutMs`, that day not included; undefined: none. */
  daysBefore: number
  lastDayBeforeMs: number | undefined
  /** From that day on. */
  later: number
}

const o = SHOP_ORDER
const DAY = sql`(${o.paid_at} - (${o.paid_at} + 28800000) % 86400000)`
const BOUGHT = sql`${o.status} = 'paid' AND ${o.paid_at} IS NOT NULL`

/** Everybody with a paid order, by external_userid, page after page; `last`: where the next page begins, undefined after the
 *  last one. */
export async function purchaseHistories(
  tx: Tx,
  { after, limit, cutMs }: { after: string; limit: number; cutMs: number },
): Promise<{ histories: PurchaseHistory[]; last: string | undefined }> {
  const who = select({ id: words(sql`${o.external_userid}`) })
  const ids = await tx.rows(
    sql`SELECT DISTINCT ${who} FROM ${o} WHERE ${BOUGHT} AND ${o.external_userid} > ${after}
        ORDER BY ${o.external_userid} LIMIT ${limit}`,
  )
  const last = ids.at(-1)?.id
  if (last === undefined) return { histories: [], last: undefined }
  const history = select({
    externalUserId: words(raw('d.who')),
    firstDayMs: number(raw('MIN(d.day_at)')),
    lastDayMs: number(raw('MAX(d.day_at)')),
    days: number(raw('COUNT(*)')),
    repeatsPaid: number(raw('SUM(CASE WHEN d.day_at > d.first_at AND d.fen > 0 THEN 1 ELSE 0 END)')),
    repeatFen: number(raw('SUM(CASE WHEN d.day_at > d.first_at THEN d.fen ELSE 0 END)')),
    daysBefore: number(sql`SUM(CASE WHEN d.day_at < ${cutMs} THEN 1 ELSE 0 END)`),
    lastDayBeforeMs: maybeNumber(sql`MAX(CASE WHEN d.day_at < ${cutMs} THEN d.day_at END)`),
    later: number(sql`SUM(CASE WHEN d.day_at >= ${cutMs} THEN 1 ELSE 0 END)`),
  })
  const rows = await tx.rows(
    sql`SELECT ${history} FROM (
          SELECT g.who, g.day_at, g.fen, MIN(g.day_at) OVER (PARTITION BY g.who) AS first_at FROM (
            SELECT ${o.external_userid} AS who, ${DAY} AS day_at, SUM(${o.total_fen} - ${o.refunded_fen}) AS fen
            FROM ${o} WHERE ${BOUGHT} AND ${o.external_userid} > ${after} AND ${o.external_userid} <= ${last}
            GROUP BY ${o.external_userid}, ${DAY}) g) d
        GROUP BY d.who ORDER BY d.who`,
  )
  return {
    histories: rows.map(({ lastDayBeforeMs, ...one }) => ({ ...one, lastDayBeforeMs: lastDayBeforeMs ?? undefined })),
    last: ids.length < limit ? undefined : last,
  }
}
