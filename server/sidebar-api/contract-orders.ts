import Type, { type Static } from 'typebox'
import { ChangeKey, OrNull } from './contract-base.ts'

/** What is said of orders. */

export const OrderSummary = Type.Object({
  paidCount: Type.Integer(),
  paidSumFen: Type.Integer(),
  refundedCount: Type.Integer(),
  lastPaidAtMs: OrNull(Type.Number()),
  /** `原切西冷牛排 ×2、黑椒酱`, of the last paid order. */
  lastItems: OrNull(Type.String()),
})
export type OrderSummary = Static<typeof OrderSummary>

const OrderStatus = Type.Union([
  Type.Literal('created'),
  Type.Literal('paid'),
  Type.Literal('refunded'),
  Type.Literal('closed'),
])

/** GET customers/:externalUserId/orders?before=… — newest first, 50 at a time. */
export const Orders = Type.Object({
  summary: OrderSummary,
  /** Of what was paid and stands, the kind bought most often first. */
  categories: Type.Array(Type.Object({ name: Type.String(), orders: Type.Integer(), pieces: Type.Integer() })),
  /** All there are, whatever became of them. */
  total: Type.Integer(),
  orders: Type.Array(
    Type.Object({
      orderId: Type.String(),
      status: OrderStatus,
      totalFen: Type.Integer(),
      /** Of it came back. */
      refundedFen: Type.Integer(),
      atMs: Type.Number(),
      source: Type.String(),
      /** A guide bound it by its number, and it can be taken back. */
      isBoundByHand: Type.Boolean(),
      items: Type.Array(
        Type.Object({
          name: Type.String(),
          quantity: Type.Integer(),
          priceFen: Type.Integer(),
          /** Of the pieces came back. */
          refundedQuantity: Type.Integer(),
        }),
      ),
      /** In the order in which they went out. */
      parcels: Type.Array(
        Type.Object({
          number: Type.String(),
          company: Type.String(),
          shippedAtMs: OrNull(Type.Number()),
          signedAtMs: OrNull(Type.Number()),
        }),
      ),
    }),
  ),
  nextBefore: OrNull(Type.String()),
})
export type Orders = Static<typeof Orders>
export type Order = Orders['orders'][number]

/** POST customers/:externalUserId/orders/bind — an order that was nobody's is this customer's, as its number and one thing more
 *  show that the customer told: the last digits of its phone, or what was paid and on which Shanghai day. */
export const OrderBound = Type.Object(
  {
    orderId: Type.String({ minLength: 4, maxLength: 100 }),
    phoneTail: Type.Optional(Type.String({ pattern: '^\\d{4}$' })),
    paidFen: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    paidOn: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })),
    key: ChangeKey,
  },
  { additionalProperties: false },
)
export type OrderBound = Static<typeof OrderBound>
/** `isBound`: it is theirs now, or was before; else why not, which is no fault of the page. */
export const OrderBinding = Type.Object({ isBound: Type.Boolean(), zh: Type.String() })
export type OrderBinding = Static<typeof OrderBinding>

/** POST customers/:externalUserId/orders/unbind — what was bound by hand is nobody's again. */
export const OrderUnbound = Type.Object(
  { orderId: Type.String({ minLength: 1, maxLength: 100 }), source: Type.String({ maxLength: 60 }), key: ChangeKey },
  { additionalProperties: false },
)
export type OrderUnbound = Static<typeof OrderUnbound>
