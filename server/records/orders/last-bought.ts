import { contains } from '../../core/db/contains.ts'
import { alias } from '../../core/db/define-table.ts'
import { list, type Sql, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'o')
const later = alias(SHOP_ORDER, 'later')
const i = alias(SHOP_ORDER_ITEM, 'i')

/** Goods of the last order that was paid for and not sent back whole. */
const lastItems = (of: Sql, itemWords: string): Sql =>
  sql`FROM ${o} JOIN ${i} ON ${i.shop_order_id} = ${o.id}
      WHERE ${of} AND ${o.status} = 'paid' AND ${contains(i.name, itemWords)}
        AND NOT EXISTS (SELECT 1 FROM ${later} WHERE ${later.external_userid} = ${o.external_userid}
          AND ${later.status} = 'paid' AND ${later.paid_at} > ${o.paid_at})`

/** What people bought last, looked for by words of it. */
export const lastBought = {
  /** A subselect of those among `friends` (a subselect with `external_userid`). */
  idsByWords: (friends: Sql, itemWords: string): Sql =>
    sql`SELECT ${o.external_userid} ${lastItems(sql`${o.external_userid} IN (SELECT external_userid FROM ${friends} p)`, itemWords)}`,
  /** The first of the goods in which the words stand, by customer. */
  byWords: async (tx: ReadTx, externalUserIds: readonly string[], itemWords: string): Promise<Map<string, string>> => {
    if (externalUserIds.length === 0) return new Map()
    const found = select({ id: words(sql`${o.external_userid}`), name: i.name })
    const rows = await tx.rows(
      sql`SELECT ${found} ${lastItems(sql`${o.external_userid} IN ${list([...externalUserIds])}`, itemWords)}
          ORDER BY ${i.line_no} DESC`,
    )
    return new Map(rows.map(({ id, name }) => [id, name]))
  },
}
