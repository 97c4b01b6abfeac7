import Type, { type Static } from 'typebox'
import { checkedBody, instantOf } from '../../engine/http/checked-body.ts'
import { GivenCustomer } from '../customers/given-customer.ts'

export const OrderStatus = Type.Union([
  Type.Literal('created'),
  Type.Literal('paid'),
  Type.Literal('refunded'),
  Type.Literal('closed'),
])
export type OrderStatus = Static<typeof OrderStatus>

/** 2^53-1 fen is more than any shop sells. */
const Fen = Type.Integer({ minimum: 0, maximum: 100_000_000_000 })
const NotEmpty = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** Body of POST /api/orders and, column by column, a row of the imported CSV. Money in fen. */
export const OrderBody = Type.Object({
  orderId: NotEmpty(100),
  status: OrderStatus,
  /** Without any of the three the order is kept and belongs to nobody yet. */
  customer: GivenCustomer,
  totalFen: Fen,
  /** ISO 8601 with offset, or UTC milliseconds. */
  paidAt: Type.Optional(Type.Union([Type.String({ maxLength: 40 }), Type.Integer({ minimum: 0 })])),
  items: Type.Array(
    Type.Object({
      sku: NotEmpty(100),
      name: NotEmpty(500),
      quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      priceFen: Fen,
      category: Type.Optional(NotEmpty(60)),
    }),
    { maxItems: 500 },
  ),
  source: NotEmpty(60),
})
export type OrderBody = Static<typeof OrderBody>

/** An order message as the rest of the program knows it. */
export interface OrderMessage extends Omit<OrderBody, 'paidAt'> {
  /** UTC milliseconds. */
  paidAtMs: number | undefined
}

const ABOUT = { what: 'orders', zh: '订单' }

/** Checks one order. Throws orders.invalid (400) naming fields, never their values. */
export function parseOrder(value: unknown): OrderMessage {
  const { paidAt, ...order } = checkedBody(OrderBody, value, ABOUT)
  const paidAtMs = paidAt === undefined ? undefined : instantOf(paidAt, { field: '/paidAt', ...ABOUT })
  const items = order.items.map(({ category, ...item }) => {
    const trimmed = category?.trim() ?? ''
    return trimmed === '' ? item : { ...item, category: trimmed }
  })
  return { ...order, items, paidAtMs }
}
