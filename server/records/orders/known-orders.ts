import type { RowOf } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { SHOP_ORDER_ORIGIN as w } from './order-origin-tables.ts'
import type { StoredOrder } from './order-store.ts'
import {
  SHOP_ORDER_ITEM as i,
  SHOP_ORDER as o,
  SHOP_ORDER_REFUND as r,
  SHOP_ORDER_STATUS as s,
} from './order-tables.ts'
import type { KnownOrigin } from './origin-store.ts'

/** An order with all that a message without a version may change of it. */
export interface KnownOrder {
  row: StoredOrder
  steps: readonly RowOf<typeof s>[]
  refunds: readonly RowOf<typeof r>[]
  items: readonly RowOf<typeof i>[]
  origin: readonly KnownOrigin[]
}

/** By their numbers, whichever shops have them, the oldest first; five statements for some hundred of them. Nothing is held. */
export async function knownOrders(tx: Tx, orderIds: readonly string[]): Promise<Map<string, KnownOrder[]>> {
  const rows = await eachChunk([...new Set(orderIds)], (part) =>
    tx.rows(sql`SELECT ${all(o)} FROM ${o} WHERE ${o.order_id} IN ${list(part)} ORDER BY ${o.id}`),
  )
  const ids = rows.map(({ id }) => id)
  const steps = await eachChunk(ids, (part) =>
    tx.rows(sql`SELECT ${all(s)} FROM ${s} WHERE ${s.shop_order_id} IN ${list(part)}`),
  )
  const refunds = await eachChunk(ids, (part) =>
    tx.rows(sql`SELECT ${all(r)} FROM ${r} WHERE ${r.shop_order_id} IN ${list(part)}`),
  )
  const items = await eachChunk(ids, (part) =>
    tx.rows(sql`SELECT ${all(i)} FROM ${i} WHERE ${i.shop_order_id} IN ${list(part)} ORDER BY ${i.line_no}`),
  )
  const origins = await eachChunk(ids, (part) =>
    tx.rows(sql`SELECT ${all(w)} FROM ${w} WHERE ${w.shop_order_id} IN ${list(part)}`),
  )
  const [ofSteps, ofRefunds, ofItems] = [byOrder(steps), byOrder(refunds), byOrder(items)]
  const ofOrigins = byOrder(origins)
  const known = rows.map((row) => ({
    row,
    steps: ofSteps.get(row.id) ?? [],
    refunds: ofRefunds.get(row.id) ?? [],
    items: ofItems.get(row.id) ?? [],
    origin: ofOrigins.get(row.id) ?? [],
  }))
  return groupBy(known, ({ row }) => row.order_id)
}

const byOrder = <Part extends { shop_order_id: number }>(parts: readonly Readonly<Part>[]) =>
  groupBy(parts, (one) => one.shop_order_id)
