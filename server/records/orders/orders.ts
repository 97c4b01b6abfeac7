import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { orderQueries } from './order-queries.ts'
import { MATCH_BATCH } from './orders-naming.ts'
import { type OrdersRouteDeps, ordersRoute } from './orders-route.ts'
import { createRecordOrder, type RecordOrderDeps } from './record-order.ts'

export type OrdersDeps = RecordOrderDeps & Omit<OrdersRouteDeps, 'orders'>

/** Orders of the shop: who bought what, what was paid and stands. */
export function createOrders(deps: OrdersDeps) {
  const orders = createRecordOrder(deps)

  /** An order that was stored at the very moment its customer became known may have missed that event. */
  async function matchLate(): Promise<void> {
    const { db, clock } = deps
    const waiting = await db.tx((tx: Tx) =>
      tx.rows<{ order_id: string }>(
        `SELECT o.order_id AS order_id FROM shop_order o
         JOIN shop_order_status s ON s.shop_order_id = o.id AND s.announced = 0
         WHERE o.external_userid IS NULL AND s.at > ? ORDER BY o.id DESC LIMIT ${MATCH_BATCH}`,
        [clock.now() - DAY_MS],
      ),
    )
    for (const { order_id: orderId } of waiting) await db.tx((tx) => orders.settle(tx, orderId))
  }

  return {
    queries: orderQueries,
    /** For the file import and the sync; same rules as the route. */
    record: orders.record,
    matchWaiting: orders.matchWaiting,
    /** True while some order waits for its customer. */
    isAnyWaiting: async (tx: Tx): Promise<boolean> =>
      (await tx.row('SELECT 1 AS found FROM shop_order WHERE external_userid IS NULL LIMIT 1')) !== undefined,
    routes: ordersRoute({ ...deps, orders }),
    jobs: [
      {
        name: 'orders.match-late',
        everyMs: 10 * MINUTE_MS,
        dueAt: leftOut('nobody becomes known in a rehearsal'),
        run: matchLate,
      },
    ],
  }
}
export type Orders = ReturnType<typeof createOrders>
