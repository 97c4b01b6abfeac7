import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { OrderReleased } from './order-events.ts'
import { changeOrder, type StoredOrder } from './order-store.ts'
import { SHOP_ORDER_STATUS as s } from './order-tables.ts'
import { untellRefunds } from './refund-store.ts'

/** Takes an order from the customer to whom a person had given it: it waits again, and what happened to it will be told of
 *  whoever it is given to next. */
export async function releaseOrder(
  tx: Tx,
  row: StoredOrder,
  { emit, clock }: { emit: Emit; clock: Clock },
): Promise<StoredOrder> {
  const nobodys = { external_userid: null, matched_by: null }
  await changeOrder(tx, row.id, nobodys)
  await tx.run(sql`UPDATE ${s} SET ${set(s, { announced: 0 })} WHERE ${s.shop_order_id} = ${row.id}`)
  await untellRefunds(tx, row.id)
  if (row.external_userid !== null) {
    const { id: shopOrderId, order_id: orderId, source, external_userid: externalUserId } = row
    const payload = { orderId, source, externalUserId, shopOrderId }
    await emit(tx, OrderReleased, { key: `${shopOrderId}:${externalUserId}:${clock.now()}`, payload })
  }
  return { ...row, ...nobodys }
}
