import type { OrderStatus } from './order-body.ts'

/** An order only moves up: a payment told after the refund does not undo it. */
const RANK: Record<OrderStatus, number> = { created: 0, paid: 1, closed: 2, refunded: 3 }

export const isAhead = (next: OrderStatus, than: OrderStatus): boolean => RANK[next] > RANK[than]

export const statusZh: Record<OrderStatus, string> = {
  created: '下单',
  paid: '付款',
  refunded: '退款',
  closed: '关闭',
}
