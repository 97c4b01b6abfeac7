import type { FastifyInstance } from 'fastify'
import type { Tx } from '../db/tx.ts'
import { AppError } from '../kernel/app-error.ts'
import type { Clock } from '../kernel/clock.ts'
import { type OrderMessage, parseOrder } from './order-body.ts'
import { checkSignature } from './order-signature.ts'
import type { RecordOrder } from './record-order.ts'

/** Room for 500 items with long names. */
const MAX_BODY_BYTES = 512 * 1024

export interface OrdersRouteDeps {
  clock: Clock
  secret: string
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  orders: Pick<RecordOrder, 'record'>
}

const header = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

function parseBody(body: Buffer): OrderMessage {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new AppError('orders.not-json', 'the body is not JSON in UTF-8', {
      status: 400,
      zh: '请求体不是 UTF-8 编码的 JSON。',
    })
  }
  return parseOrder(value)
}

/** POST /api/orders: `200 { orderId, status, result, matched }`; 400, 401 and 413 as `{ code, message, zh }`. */
export const ordersRoute =
  ({ clock, secret, db, orders }: OrdersRouteDeps) =>
  (app: FastifyInstance): void => {
    app.register(async (scope) => {
      // The signature is over the bytes, so nothing may parse them before; whatever type the sender claims.
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
      scope.post('/api/orders', { bodyLimit: MAX_BODY_BYTES }, async (request) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const timestamp = header(request.headers['x-huoshui-timestamp'])
        const signature = header(request.headers['x-huoshui-signature'])
        checkSignature({ timestamp, signature, body }, secret, clock.now())
        const order = parseBody(body)
        const { result, matched } = await db.tx((tx) => orders.record(tx, order))
        return { orderId: order.orderId, status: order.status, result, matched }
      })
    })
  }
