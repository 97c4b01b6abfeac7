import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { OrderMessage } from './order-body.ts'
import type { StoredOrder } from './order-store.ts'
import { SHOP_ORDER_STATUS as s } from './order-tables.ts'

/** Is nothing taken of this message but the goods? A report of goods says where an order stands and what it is worth for as
 *  long as nobody else has told of it: neither another report nor the shop. Keeps who has. Safe to repeat. */
export async function isOnlyForGoods(
  tx: Tx,
  { tells }: Pick<OrderMessage, 'tells'>,
  { row, isFirst }: { row: Pick<StoredOrder, 'id' | 'created_at'>; isFirst: boolean },
): Promise<boolean> {
  const isMark = sql`${s.shop_order_id} = ${row.id} AND ${s.status} = 'goods'`
  if (tells !== 'goods') {
    if (!isFirst) await tx.run(sql`DELETE FROM ${s} WHERE ${isMark}`)
    return false
  }
  if (!isFirst) return (await tx.row(sql`SELECT 1 FROM ${s} WHERE ${isMark}`)) === undefined
  await tx.insertIgnore(s, [{ shop_order_id: row.id, status: 'goods', at: row.created_at, announced: 1 }])
  return false
}
