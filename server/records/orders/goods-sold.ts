import { alias } from '../../core/db/define-table.ts'
import { maybeNumber, number, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from './order-tables.ts'

export interface GoodsSold {
  sku: string
  name: string
  /** As the shop says. */
  category: string | undefined
  /** Of orders that are paid and stand. */
  orders: number
  pieces: number
  /** UTC milliseconds. */
  lastPaidAtMs: number
}

const o = alias(SHOP_ORDER, 'o')
const i = alias(SHOP_ORDER_ITEM, 'i')

/** What was sold since then, the most pieces first; goods whose names were taken away with their customer's data are left out. */
export async function goodsSold(tx: ReadTx, sinceMs: number): Promise<GoodsSold[]> {
  const goods = select({
    sku: words(sql`${i.sku}`),
    name: words(sql`${i.name}`),
    category: words(sql`COALESCE(MAX(${i.category}), '')`),
    orders: number(sql`COUNT(DISTINCT ${o.id})`),
    pieces: number(sql`SUM(${i.quantity} - ${i.refunded_quantity})`),
    lastPaidAtMs: maybeNumber(sql`MAX(${o.paid_at})`),
  })
  const rows = await tx.rows(
    sql`SELECT ${goods} FROM ${o} JOIN ${i} ON ${i.shop_order_id} = ${o.id}
        WHERE ${o.status} = 'paid' AND ${o.paid_at} >= ${sinceMs} AND (${i.sku} <> '' OR ${i.name} <> '')
        GROUP BY ${i.sku}, ${i.name} ORDER BY SUM(${i.quantity} - ${i.refunded_quantity}) DESC, ${i.sku}`,
  )
  return rows.map(({ category, lastPaidAtMs, ...one }) => ({
    ...one,
    category: category === '' ? undefined : category,
    lastPaidAtMs: lastPaidAtMs ?? sinceMs,
  }))
}
