import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { OrderOrigin } from './order-origin.ts'
import { itemsOf, type StoredOrder } from './order-store.ts'
import { SHOP_ORDER as o } from './order-tables.ts'
import { originsOf } from './origin-store.ts'

/** An order with what is in it and from where it came. */
export interface CalledOrder {
  row: StoredOrder
  items: { name: string; quantity: number }[]
  origin: OrderOrigin
}

/** The orders of this number, one a shop at most. */
export async function ordersCalled(tx: Tx, orderId: string): Promise<CalledOrder[]> {
  const rows = await tx.rows(sql`SELECT ${all(o)} FROM ${o} WHERE ${o.order_id} = ${orderId} ORDER BY ${o.id}`)
  const origins = await originsOf(
    tx,
    rows.map(({ id }) => id),
  )
  const found: CalledOrder[] = []
  for (const row of rows) found.push({ row, items: await itemsOf(tx, row.id), origin: origins.get(row.id) ?? {} })
  return found
}
