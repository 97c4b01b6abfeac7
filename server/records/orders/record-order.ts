import type { Tx } from '../../core/db/tx.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { givenNames, type KnownNames, matchGiven, whyNobody } from '../customers/given-customer.ts'
import { phoneDigits } from '../customers/phone-hash.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { createAnnounceOrder } from './announce-order.ts'
import { correctionsBy, namesOf, paidAtBy, saysItems, toldAtMs } from './corrections-by.ts'
import type { OrderMessage, OrderStatus } from './order-body.ts'
import { noteKeyOf } from './order-note.ts'
import { type OrderOfErasedDeps, withoutErased } from './order-of-erased.ts'
import { standingOf } from './order-status.ts'
import {
  addStatus,
  changeOrder,
  correctStatusTime,
  holdOrder,
  type OrderKeys,
  orderById,
  putItems,
  type StoredOrder,
  statusesOf,
  untellStatus,
} from './order-store.ts'
import { addRefund, type RefundResult, refundsOf, sumOfRefunds, untellRefunds } from './refund-store.ts'
import { releaseOrder } from './release-order.ts'
import { takeWhole, whoseBy } from './take-whole.ts'

export interface RecordOrderDeps extends OrderOfErasedDeps {
  emit: Emit
  timeline: Timeline
  customers: KnownNames
}

export interface RecordedOrder {
  /** `corrected`: nothing happened to the order, but something of it was wrong or missing here. */
  result: 'stored' | 'corrected' | 'unchanged'
  /** Whether we know whose order it is. */
  matched: boolean
  /** Why nobody will ever be found, one Chinese sentence; undefined: somebody has been, or may be. */
  nobody: string | undefined
}

/** The one way in for orders, from the shop's calls and from files alike. */
export function createRecordOrder(deps: RecordOrderDeps) {
  const { clock, timeline, customers, phoneHash } = deps
  const announce = createAnnounceOrder(deps)
  const keysOf = ({ customer }: OrderMessage): OrderKeys => {
    const digits = customer.phone === undefined ? undefined : phoneDigits(customer.phone)
    return { ...givenNames(customer, phoneHash), phone_tail: digits?.slice(-4) ?? null }
  }

  /** Gives an order to its customer, if they are known, and tells what is new about it. Safe to repeat. */
  async function settle(tx: Tx, id: number): Promise<boolean> {
    const row = await orderById(tx, id)
    if (row === undefined) return false
    const { external_userid: owner, matched_by: by } = row
    if (owner !== null && by !== 'hand') {
      await announce(tx, row, owner)
      return true
    }
    const match = await matchGiven(tx, customers, row)
    // What a guide bound stays, until the shop names somebody else.
    if (owner !== null && (match === undefined || match.externalUserId === owner)) {
      await announce(tx, row, owner)
      return true
    }
    if (match === undefined) return false
    const free = owner === null ? row : await takeFromBound(tx, row, owner)
    const owned = { external_userid: match.externalUserId, matched_by: match.by }
    await changeOrder(tx, row.id, owned)
    await announce(tx, { ...free, ...owned }, match.externalUserId)
    return true
  }

  /** The shop has the last word of whose an order is. */
  async function takeFromBound(tx: Tx, row: StoredOrder, owner: string): Promise<StoredOrder> {
    await timeline.note(tx, {
      key: `order.unbound:${row.id}:${owner}`,
      externalUserId: owner,
      kind: 'order.unbound',
      text: '一笔按订单号绑定的订单不再算这位客户的：店铺说它是另一位客户的',
      reason: { text: '店铺订单', facts: { orderId: row.order_id, source: row.source } },
    })
    return releaseOrder(tx, row)
  }

  /** What came back by this message. */
  async function addRefundOf(tx: Tx, order: OrderMessage, row: StoredOrder, atMs: number): Promise<RefundResult> {
    const fen = order.status === 'refunded' ? order.totalFen : (order.refundedFen ?? 0)
    if (fen === 0) return 'unchanged'
    const isTimeTold = order.status === 'refunded' && order.atMs !== undefined
    const refundId = order.status === 'refunded' ? order.refundId : undefined
    return addRefund(tx, row.id, { refundId, fen, atMs, isTimeTold })
  }

  /** Where the order stands, and what of it has come back, after all that was told. */
  async function standing(tx: Tx, row: StoredOrder): Promise<Partial<StoredOrder>> {
    const totalFen = row.total_fen
    const statuses = await statusesOf(tx, row.id)
    const { fen: refundedFen, atMs: refundedAtMs } = sumOfRefunds(await refundsOf(tx, row.id))
    const status = standingOf(
      statuses.map((one) => one.status),
      { totalFen, refundedFen },
    )
    const when = (wanted: OrderStatus): number | null => statuses.find((one) => one.status === wanted)?.at ?? null
    return {
      status,
      refunded_fen: status === 'refunded' ? totalFen : Math.min(refundedFen, totalFen),
      refunded_at: status === 'refunded' ? (refundedAtMs ?? when('refunded')) : null,
      closed_at: when('closed'),
      // Of what came back in part nobody told the payment: it was made after the order, and that day is near enough.
      paid_at: row.paid_at ?? (status === 'paid' ? row.created_at : null),
    }
  }

  /** Keeps where the order stands now. A whole refund that turns out to have been a part is one no more, and another whole
   *  refund will be news. */
  async function restand(tx: Tx, row: StoredOrder, corrections: Partial<StoredOrder>): Promise<void> {
    const stands = await standing(tx, { ...row, ...corrections })
    await changeOrder(tx, row.id, { ...corrections, ...stands })
    if (row.status !== 'refunded' || stands.status === 'refunded') return
    await untellStatus(tx, row.id, 'refunded')
    await untellRefunds(tx, row.id)
  }

  /** Takes over another instant of what was told before; of a refund, its parts have their own. */
  async function correctTime(tx: Tx, order: OrderMessage, row: StoredOrder): Promise<boolean> {
    const toldMs = toldAtMs(order)
    if (toldMs === undefined || order.status === 'refunded') return false
    if (!(await correctStatusTime(tx, row.id, order.status, toldMs))) return false
    await timeline.correctTime(tx, noteKeyOf(row, order.status), toldMs)
    return true
  }

  /** Stores one message about an order; the same message twice changes nothing, messages may come in any order, and one that
   *  says something else of what is known corrects it. Raises an event when the order's standing changes and its customer is
   *  known; a correction raises none again. Throws orders.two-shops. */
  async function record(tx: Tx, told: OrderMessage): Promise<RecordedOrder> {
    const now = clock.now()
    const order = await withoutErased(tx, told, deps)
    const keys = keysOf(order)
    const { row, isFirst } = await holdOrder(tx, order, keys, now)
    const result = await take(tx, order, { row, isFirst, keys, now })
    const matched = result === 'unchanged' ? row.external_userid !== null : await settle(tx, row.id)
    return { result, matched, nobody: matched || namesOf(row, keys) ? undefined : whyNobody(order.customer) }
  }

  async function take(
    tx: Tx,
    order: OrderMessage,
    { row, isFirst, keys, now }: { row: StoredOrder; isFirst: boolean; keys: OrderKeys; now: number },
  ): Promise<RecordedOrder['result']> {
    const { whole } = order
    if (whole !== undefined) {
      const result = await takeWhole(tx, { ...order, whole }, { row, keys, nowMs: now })
      return isFirst ? 'stored' : result
    }
    if (row.version !== null) {
      // Whoever tells the whole order has the last word; a file may still say whose it is.
      const whose = whoseBy(order, row, keys)
      await changeOrder(tx, row.id, whose)
      return Object.keys(whose).length > 0 ? 'corrected' : 'unchanged'
    }
    const atMs = toldAtMs(order) ?? order.supposedAtMs ?? now
    const isNews = await addStatus(tx, row.id, order.status, atMs)
    const refund = await addRefundOf(tx, order, row, atMs)
    const hasOtherTime = !isNews && (await correctTime(tx, order, row))
    const corrections = { ...(isFirst ? {} : correctionsBy(order, row, keys)), ...paidAtBy(order, row, atMs) }
    const hasOtherItems = saysItems(order, row) && (await putItems(tx, row.id, order.items))
    const isCorrected = hasOtherTime || refund === 'corrected' || Object.keys(corrections).length > 0
    if (isNews || refund === 'news' || isCorrected) await restand(tx, row, corrections)
    if (isNews || refund === 'news') return 'stored'
    return isCorrected || hasOtherItems ? 'corrected' : 'unchanged'
  }

  return { record, settle, announce }
}
export type RecordOrder = ReturnType<typeof createRecordOrder>
