import { alias } from '../../core/db/define-table.ts'
import { number, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { Span } from '../customers/own-friends.ts'
import { SHOP_ORDER } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'o')

/** By the span's name: how many of these people paid for the first time in it, and what all of them paid less what came back,
 *  in fen; what was paid before or after the friendship counts for neither, what was sent back whole is no order. `friends`: a
 *  subselect of `external_userid`, `added_at`, `lost_at`. One statement. */
export async function guideSales(
  tx: ReadTx,
  friends: Sql,
  spans: Readonly<Record<string, Span>>,
): Promise<Map<string, { firstOrders: number; paidFen: number }>> {
  const columns = Object.entries(spans).flatMap(([name, { fromMs, untilMs }]) => {
    const counts = sql`paid_at >= ${fromMs} AND paid_at < ${untilMs}
      AND paid_at >= added_at AND (lost_at IS NULL OR paid_at < lost_at)`
    return [
      [`${name}.first`, number(sql`COALESCE(SUM(CASE WHEN ${counts} THEN is_first ELSE 0 END), 0)`)],
      [`${name}.fen`, number(sql`COALESCE(SUM(CASE WHEN ${counts} THEN net_fen ELSE 0 END), 0)`)],
    ] as const
  })
  const row = await tx.row(
    sql`SELECT ${select(Object.fromEntries(columns))} FROM (
          SELECT p.added_at, p.lost_at, ${o.paid_at}, ${o.total_fen} - ${o.refunded_fen} AS net_fen,
            CASE WHEN ROW_NUMBER() OVER (PARTITION BY ${o.external_userid} ORDER BY ${o.paid_at}, ${o.id}) = 1
              THEN 1 ELSE 0 END AS is_first
          FROM ${friends} p JOIN ${o} ON ${o.external_userid} = p.external_userid AND ${o.status} = 'paid') AS paid`,
  )
  return new Map(
    Object.keys(spans).map((name) => [
      name,
      { firstOrders: row?.[`${name}.first`] ?? 0, paidFen: row?.[`${name}.fen`] ?? 0 },
    ]),
  )
}
