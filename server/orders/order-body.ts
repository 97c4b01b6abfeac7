import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { AppError } from '../kernel/app-error.ts'

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
  /** Any of the three; without one the order is kept and belongs to nobody yet. */
  customer: Type.Object({
    externalUserId: Type.Optional(NotEmpty(64)),
    unionId: Type.Optional(NotEmpty(64)),
    phone: Type.Optional(NotEmpty(32)),
  }),
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

/** Between 2000 and 2100; beyond is a mistaken unit. */
const isSane = (instantMs: number): boolean => instantMs > 946_684_800_000 && instantMs < 4_102_444_800_000
const ISO_WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

/** Checks one order. Throws orders.invalid (400) naming fields, never their values. */
export function parseOrder(value: unknown): OrderMessage {
  if (!Value.Check(OrderBody, value)) {
    const faults = Value.Errors(OrderBody, value).map((fault) => `${fault.instancePath || '/'} ${fault.message}`)
    throw invalidOrder([...new Set(faults)].slice(0, 10))
  }
  const { paidAt, ...order } = value
  const paidAtMs = paidAt === undefined ? undefined : instantOf(paidAt)
  if (paidAtMs === null) {
    throw invalidOrder(['/paidAt must be ISO 8601 with offset (2026-11-22T10:00:00+08:00) or UTC milliseconds'])
  }
  const items = order.items.map(({ category, ...item }) => {
    const trimmed = category?.trim() ?? ''
    return trimmed === '' ? item : { ...item, category: trimmed }
  })
  return { ...order, items, paidAtMs }
}

function instantOf(paidAt: string | number): number | null {
  const instantMs = typeof paidAt === 'number' ? paidAt : ISO_WITH_OFFSET.test(paidAt) ? Date.parse(paidAt) : Number.NaN
  return isSane(instantMs) ? instantMs : null
}

function invalidOrder(faults: string[]): AppError {
  return new AppError('orders.invalid', `order not accepted: ${faults.join('; ')}`, {
    status: 400,
    zh: '订单内容不符合要求，请按 message 里列出的字段修改后重发。',
  })
}
