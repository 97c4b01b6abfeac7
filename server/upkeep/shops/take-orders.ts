import { pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Buyer, ShopOrder } from '../../platform/shops/shop-connection.ts'
import { parseOrder } from '../../records/orders/order-body.ts'
import type { Orders } from '../../records/orders/orders.ts'
import { SHOP_CONNECTION, type ToldBy } from './shop-tables.ts'

/** An order, and who has bought it as far as is known. */
export type Bought = ShopOrder & { who: Buyer }

/** Takes orders as a shop has them now. Throws orders.invalid for one that cannot be one. */
export function createTakeOrders({ orders, clock }: { orders: Pick<Orders, 'record'>; clock: Clock }) {
  return async (
    tx: Tx,
    bought: readonly Bought[],
    { shop, toldBy }: { shop: string; toldBy: ToldBy },
  ): Promise<void> => {
    const c = SHOP_CONNECTION
    const row = await tx.row(sql`SELECT ${pick(c, 'source')} FROM ${c} WHERE ${c.shop} = ${shop}`)
    if (row === undefined) return
    let news = 0
    for (const { buyer: _, who, ...order } of bought) {
      const { unionId, phone, shopUserId } = who
      const customer = { unionId, phone, shopUserId }
      const message = parseOrder({ ...order, customer, source: row.source }, clock.now())
      const { result } = await orders.record(tx, message)
      if (result === 'stored') news += 1
    }
    const read = { read_at: clock.now() }
    await tx.run(sql`UPDATE ${c} SET ${set(c, read)} WHERE ${c.shop} = ${shop}`)
    if (news === 0 || toldBy === 'past') return
    const counted = toldBy === 'push' ? c.found_by_push : c.found_by_poll
    await tx.run(sql`UPDATE ${c} SET ${counted} = ${counted} + ${news} WHERE ${c.shop} = ${shop}`)
  }
}
export type TakeOrders = ReturnType<typeof createTakeOrders>
