import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../own-event.ts'

/** Only orders whose customer is known raise events; a late match raises them then. Money in fen. */
const OrderFacts = Type.Object({
  orderId: Type.String(),
  /** The shop. Absent in what was told before two shops could have one number. */
  source: Type.Optional(Type.String()),
  externalUserId: Type.String(),
  totalFen: Type.Integer(),
  /** For `order.paid`: is this the customer's first paid order that stands. */
  first: Type.Boolean(),
  atMs: Type.Number(),
})

/** What somebody spent is theirs; which order it was, whoever has the shop knows. */
const use = { forwards: ['orderId', 'source', 'first', 'atMs'], replay: 'told' } as const

export const OrderCreated = defineOwnEvent('order.created', OrderFacts, {
  ...use,
  triggers: [{ name: 'order.created', zh: '下单', about: 'customer' }],
})
export const OrderPaid = defineOwnEvent('order.paid', OrderFacts, {
  ...use,
  triggers: [{ name: 'order.paid', zh: '付款', about: 'customer' }],
})
export const OrderRefunded = defineOwnEvent('order.refunded', OrderFacts, {
  ...use,
  triggers: [{ name: 'order.refunded', zh: '退款', about: 'customer' }],
})
export const OrderClosed = defineOwnEvent('order.closed', OrderFacts, use)

/** A part of what was paid came back; the order stands with the rest. */
export const OrderPartRefunded = defineOwnEvent(
  'order.part-refunded',
  Type.Object({
    orderId: Type.String(),
    source: Type.String(),
    externalUserId: Type.String(),
    totalFen: Type.Integer(),
    /** All that has come back until now. */
    refundedFen: Type.Integer(),
    atMs: Type.Number(),
  }),
  {
    ...use,
    forwards: ['orderId', 'source', 'atMs'],
    triggers: [{ name: 'order.partRefunded', zh: '部分退款', about: 'customer' }],
  },
)

/** The first parcel of a paid order went out; told once an order. */
export const OrderShipped = defineOwnEvent('order.shipped', OrderFacts, {
  ...use,
  triggers: [{ name: 'order.shipped', zh: '发货', about: 'customer' }],
})
/** The last parcel of a paid order was signed for; told once an order. */
export const OrderSigned = defineOwnEvent('order.signed', OrderFacts, {
  ...use,
  triggers: [{ name: 'order.signed', zh: '签收', about: 'customer' }],
})

/** It was this customer's by a person's word alone, and is no more. */
export const OrderReleased = defineOwnEvent(
  'order.released',
  Type.Object({
    orderId: Type.String(),
    source: Type.String(),
    externalUserId: Type.String(),
    shopOrderId: Type.Integer(),
  }),
  { forwards: false, replay: leftOut('a rehearsal reads whose an order is from the order') },
)

/** Of a paid order the shop told only now, or told otherwise, from which store or through whose hand it came. */
export const OrderOriginTold = defineOwnEvent(
  'order.origin-told',
  Type.Object({ orderId: Type.String(), source: Type.String(), externalUserId: Type.String() }),
  { forwards: false, replay: leftOut('a rehearsal does not ask whose an order is') },
)
