import { isOtherTime } from './is-other-time.ts'
import type { OrderMessage } from './order-body.ts'
import type { OrderKeys, StoredOrder } from './order-store.ts'

type Changes = { -readonly [Name in keyof StoredOrder]?: StoredOrder[Name] }

/** When the order came to this status, where the message says so. */
export const toldAtMs = ({ status, atMs, paidAtMs }: OrderMessage): number | undefined =>
  atMs ?? (status === 'paid' ? paidAtMs : undefined)

/** When it was paid: told by the message about the payment, or by one about what came after. Another instant than was known
 *  takes its place, a guess does not. `atMs`: that of the status, told or supposed. */
export function paidAtBy(order: OrderMessage, row: StoredOrder, atMs: number): Changes {
  if (order.status === 'created') return {}
  const toldMs = order.paidAtMs ?? (order.status === 'paid' ? order.atMs : undefined)
  if (toldMs !== undefined) return row.paid_at === null || isOtherTime(row.paid_at, toldMs) ? { paid_at: toldMs } : {}
  return row.paid_at === null && order.status === 'paid' ? { paid_at: atMs } : {}
}

/** By whom the order may still be found, by this or an earlier message. */
export const namesOf = (row: StoredOrder, keys: OrderKeys): boolean =>
  [row, keys].some((one) => one.given_external_userid !== null || one.given_unionid !== null || one.phone_hash !== null)

/** A message about a refund may name only what came back; one about the order's beginning is older than what is known. */
export const saysItems = (order: OrderMessage, row: StoredOrder): boolean =>
  row.has_items === 0 ||
  (order.tells !== 'summary' && order.status !== 'refunded' && (order.status !== 'created' || row.status === 'created'))

/** What a message about a known order says otherwise, or has in addition. While nobody is found under the names of before,
 *  those of now take their place; afterwards the order stays with its customer. */
export function correctionsBy(order: OrderMessage, row: StoredOrder, keys: OrderKeys): Changes {
  const isOpen = row.external_userid === null || row.matched_by === 'link'
  const changes: Changes = {}
  for (const key of ['given_external_userid', 'given_unionid', 'shop_user_id'] as const) {
    if (keys[key] !== null && keys[key] !== row[key] && (isOpen || row[key] === null)) changes[key] = keys[key]
  }
  if (keys.phone_hash !== null && keys.phone_hash !== row.phone_hash && (isOpen || row.phone_hash === null)) {
    Object.assign(changes, { phone_hash: keys.phone_hash, phone_tail: keys.phone_tail })
  }
  // A refund tells its own amount; what was paid is what the order is worth.
  const tellsWorth = order.status === 'paid' || (order.status !== 'refunded' && row.status === 'created')
  if (tellsWorth && order.totalFen !== row.total_fen) changes.total_fen = order.totalFen
  if (order.createdAtMs !== undefined && isOtherTime(row.created_at, order.createdAtMs)) {
    changes.created_at = order.createdAtMs
  }
  return changes
}
