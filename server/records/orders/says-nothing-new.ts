import { correctionsBy, paidAtBy, saysItems, toldAtMs } from './corrections-by.ts'
import { isOtherTime } from './is-other-time.ts'
import { areSameItems, itemsBeside } from './items-beside.ts'
import type { KnownOrder } from './known-orders.ts'
import type { OrderMessage } from './order-body.ts'
import type { OrderKeys } from './order-store.ts'
import { newsOf, versionOf } from './origin-store.ts'
import { refundBy, SUM } from './refund-store.ts'
import { whoseBy } from './take-whole.ts'

/** Would this message change nothing of the order? False where one would have to do it to know. */
export function saysNothingNew(
  order: OrderMessage,
  { row, steps, refunds, items, origin }: KnownOrder,
  { keys, nowMs }: { keys: OrderKeys; nowMs: number },
): boolean {
  if (newsOf(order.origin, origin, versionOf(order.whole)).length > 0) return false
  if (row.version !== null) return Object.keys(whoseBy(order, row, keys)).length === 0
  // Who tells more than goods takes away the mark that only goods were told.
  const step = steps.find(({ status }) => status === order.status)
  if (order.tells === 'goods' || step === undefined || steps.some(({ status }) => status === 'goods')) return false
  const toldMs = toldAtMs(order)
  const atMs = toldMs ?? order.supposedAtMs ?? nowMs
  const refund = refundBy(order, atMs)
  if (refund !== undefined) {
    const same = refunds.find((one) => one.refund_id === (refund.refundId ?? SUM) && one.fen === refund.fen)
    if (same === undefined || (refund.isTimeTold && isOtherTime(same.at, atMs))) return false
  }
  if (toldMs !== undefined && order.status !== 'refunded' && isOtherTime(step.at, toldMs)) return false
  const corrections = { ...correctionsBy(order, row, keys), ...paidAtBy(order, row, atMs) }
  if (Object.keys(corrections).length > 0) return false
  return !saysItems(order, row) || order.items.length === 0 || areSameItems(itemsBeside(items, order.items), items)
}
