import Type from 'typebox'
import { defineEvent } from '../../engine/inbox/event-kind.ts'

/** Only orders whose customer is known raise events; a late match raises them then. Money in fen. */
const OrderFacts = Type.Object({
  orderId: Type.String(),
  externalUserId: Type.String(),
  totalFen: Type.Integer(),
  /** For `order.paid`: is this the customer's first paid order that stands. */
  first: Type.Boolean(),
  atMs: Type.Number(),
})

export const OrderCreated = defineEvent('order.created', OrderFacts)
export const OrderPaid = defineEvent('order.paid', OrderFacts)
export const OrderRefunded = defineEvent('order.refunded', OrderFacts)
export const OrderClosed = defineEvent('order.closed', OrderFacts)
