import type { FastifyInstance } from 'fastify'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { signedRoute } from '../../engine/http/signed-route.ts'
import { parseOrder } from './order-body.ts'
import type { RecordOrder } from './record-order.ts'

export interface OrdersRouteDeps {
  clock: Clock
  secret: string
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  orders: Pick<RecordOrder, 'record'>
}

/** POST /api/orders: `200 { orderId, status, result, matched }`. */
export const ordersRoute = ({ clock, secret, db, orders }: OrdersRouteDeps): ((app: FastifyInstance) => void) =>
  signedRoute({
    path: '/api/orders',
    what: 'orders',
    clock,
    secret,
    take: async (value) => {
      const order = parseOrder(value)
      const { result, matched } = await db.tx((tx) => orders.record(tx, order))
      return { orderId: order.orderId, status: order.status, result, matched }
    },
  })
