import type { Match } from '../customers/given-customer.ts'
import { paidAtBy, toldAtMs } from './corrections-by.ts'
import type { OrderMessage } from './order-body.ts'
import { DEFAULT_SOURCE, firstRowOf, type OrderKeys, type StoredOrder } from './order-store.ts'
import { refundBy, SUM } from './refund-store.ts'
import { standingBy } from './standing-by.ts'
import { isOfPart } from './tell-order.ts'

/** An order of which nothing was known, as one message makes it. */
export interface FreshOrder {
  order: OrderMessage
  row: Omit<StoredOrder, 'id'>
  step: { status: OrderMessage['status']; at: number; announced: 0 | 1 }
  /** Announced: either as a refund of its own, or by the order's standing. */
  refund: { refund_id: string; fen: number; at: number; announced: 0 | 1 } | undefined
  /** Whose it is; undefined while nobody is known. */
  externalUserId: string | undefined
}

/** `match`: whose it is by WeCom's word. */
export function freshOrder(
  order: OrderMessage,
  { keys, match, nowMs }: { keys: OrderKeys; match: Match | undefined; nowMs: number },
): FreshOrder {
  const atMs = toldAtMs(order) ?? order.supposedAtMs ?? nowMs
  const begun = {
    ...{ id: 0, external_userid: null, matched_by: null, paid_at: null, refunded_at: null, closed_at: null },
    ...{ refunded_fen: 0, version: null, shipped_at: null, signed_at: null },
    ...firstRowOf(order, keys, { source: order.source ?? DEFAULT_SOURCE, nowMs }),
    has_items: order.items.length > 0 ? 1 : 0,
  } satisfies StoredOrder
  const told = refundBy(order, atMs)
  const refund = told && { refund_id: told.refundId ?? SUM, fen: told.fen, at: told.atMs }
  const paid = { ...begun, ...paidAtBy(order, begun, atMs) }
  const stands = standingBy(paid, [{ status: order.status, at: atMs }], refund === undefined ? [] : [refund])
  const owned = match === undefined ? {} : ({ external_userid: match.externalUserId, matched_by: match.by } as const)
  const { id: _id, ...row } = { ...paid, ...stands, ...owned }
  const isTold = match === undefined ? 0 : 1
  return {
    order,
    row,
    step: { status: order.status, at: atMs, announced: isOfPart(order.status, row) ? 0 : isTold },
    refund: refund && { ...refund, announced: isTold },
    externalUserId: match?.externalUserId,
  }
}
