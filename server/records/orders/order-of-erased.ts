import { maybeNumber, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { erasedAtMs, givenNames } from '../customers/given-customer.ts'
import type { PhoneHash } from '../customers/phone-hash.ts'
import type { Erasures } from '../privacy/erasures.ts'
import type { OrderMessage } from './order-body.ts'
import { SHOP_ORDER as o } from './order-tables.ts'

export interface OrderOfErasedDeps {
  clock: Clock
  phoneHash: PhoneHash
  erasures: Pick<Erasures, 'erasedAtMs'>
}

/** An order from before its customer was erased goes on without them: that it was paid or refunded is the shop's books,
 *  whose it was and what it was called is not told again. One from after it is a new beginning. */
export async function withoutErased(tx: Tx, order: OrderMessage, deps: OrderOfErasedDeps): Promise<OrderMessage> {
  const names = givenNames(order.customer, deps.phoneHash)
  const atMs = await erasedAtMs(tx, names, deps.erasures)
  if (atMs === undefined || (await beganAtMs(tx, order, deps.clock.now())) > atMs) return order
  return {
    ...order,
    customer: {},
    origin: undefined,
    items: order.items.map((item) => ({ ...item, sku: '', name: '' })),
  }
}

/** As it is stored, else as it is told; a message may tell no time at all. */
async function beganAtMs(tx: Tx, order: OrderMessage, nowMs: number): Promise<number> {
  const began = select({ atMs: maybeNumber(sql`MIN(${o.created_at})`) })
  const stored = await tx.row(sql`SELECT ${began} FROM ${o} WHERE ${o.order_id} = ${order.orderId}`)
  const told = [order.createdAtMs, order.paidAtMs, order.atMs, order.supposedAtMs].filter((atMs) => atMs !== undefined)
  return Math.min(stored?.atMs ?? nowMs, ...told)
}
