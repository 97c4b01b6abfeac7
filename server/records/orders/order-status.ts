import type { OrderStatus } from './order-body.ts'

/** An order only moves up: a payment told after the whole refund does not undo it. */
const RANK: Record<OrderStatus, number> = { created: 0, paid: 1, closed: 2, refunded: 3 }

/** Where an order stands after all that was told of it, in any order. While less has come back than was paid, the rest
 *  stands, unless the order is closed; nothing told of how much means all. */
export function standingOf(
  told: readonly OrderStatus[],
  { totalFen, refundedFen }: { totalFen: number; refundedFen: number },
): OrderStatus {
  const highest = told.reduce((best, status) => (RANK[status] > RANK[best] ? status : best), 'created')
  if (highest !== 'refunded' || refundedFen === 0 || refundedFen >= totalFen) return highest
  return told.includes('closed') ? 'closed' : 'paid'
}

export const statusZh: Record<OrderStatus, string> = {
  created: '下单',
  paid: '付款',
  refunded: '退款',
  closed: '关闭',
}
