import type { OrderStatus } from './order-body.ts'

/** All that is told of an order, once each: where it stands, and how far its goods are. */
export type OrderStep = OrderStatus | 'shipped' | 'signed'

/** An order only moves up: a payment told after the whole refund does not undo it. */
const RANK: Record<OrderStatus, number> = { created: 0, paid: 1, closed: 2, refunded: 3 }

const isStatus = (step: OrderStep): step is OrderStatus => step in RANK

/** Where an order stands after all that was told of it, in any order. While less has come back than was paid, the rest
 *  stands, unless the order is closed; nothing told of how much means all. */
export function standingOf(
  told: readonly OrderStep[],
  { totalFen, refundedFen }: { totalFen: number; refundedFen: number },
): OrderStatus {
  const highest = told
    .filter(isStatus)
    .reduce<OrderStatus>((best, status) => (RANK[status] > RANK[best] ? status : best), 'created')
  if (highest !== 'refunded' || refundedFen === 0 || refundedFen >= totalFen) return highest
  return told.includes('closed') ? 'closed' : 'paid'
}

export const statusZh: Record<OrderStep, string> = {
  created: '下单',
  paid: '付款',
  refunded: '退款',
  closed: '关闭',
  shipped: '发货',
  signed: '签收',
}
