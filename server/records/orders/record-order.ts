import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { EventKind } from '../../engine/inbox/event-kind.ts'
import { givenNames, type KnownNames, matchGiven, whyNobody } from '../customers/given-customer.ts'
import { type PhoneHash, phoneDigits } from '../customers/phone-hash.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { OrderMessage, OrderStatus } from './order-body.ts'
import { OrderClosed, OrderCreated, OrderPaid, OrderPartRefunded, OrderRefunded } from './order-events.ts'
import { noteOfPartRefund, noteOfStatus } from './order-note.ts'
import { standingOf } from './order-status.ts'
import {
  addStatus,
  announceOnce,
  changeOrder,
  hasOtherPaid,
  holdOrder,
  itemsOf,
  type OrderKeys,
  orderById,
  putItems,
  type StoredOrder,
  statusesOf,
} from './order-store.ts'
import { addRefund, refundedOf, takeUntoldRefunds } from './refund-store.ts'

export interface RecordOrderDeps {
  clock: Clock
  emit: Emit
  timeline: Timeline
  customers: KnownNames
  phoneHash: PhoneHash
}

export interface RecordedOrder {
  /** `corrected`: nothing happened to the order, but something of it was wrong or missing here. */
  result: 'stored' | 'corrected' | 'unchanged'
  /** Whether we know whose order it is. */
  matched: boolean
  /** Why nobody will ever be found, one Chinese sentence; undefined: somebody has been, or may be. */
  nobody: string | undefined
}

const EVENT_OF: Record<OrderStatus, EventKind<typeof OrderPaid.schema>> = {
  created: OrderCreated,
  paid: OrderPaid,
  refunded: OrderRefunded,
  closed: OrderClosed,
}

/** The one way in for orders, from the shop's calls and from files alike. */
export function createRecordOrder({ clock, emit, timeline, customers, phoneHash }: RecordOrderDeps) {
  const keysOf = ({ customer }: OrderMessage): OrderKeys => {
    const digits = customer.phone === undefined ? undefined : phoneDigits(customer.phone)
    return { ...givenNames(customer, phoneHash), phone_tail: digits?.slice(-4) ?? null }
  }

  async function announce(tx: Tx, row: StoredOrder, externalUserId: string): Promise<void> {
    const statuses = await statusesOf(tx, row.id)
    const items = await itemsOf(tx, row.id)
    for (const { status, at: toldAt } of statuses) {
      // A part of it came back: the order stands, and this is told when all has.
      if (status === 'refunded' && row.status === 'paid') continue
      const at = status === 'refunded' ? (row.refunded_at ?? toldAt) : toldAt
      if (!(await announceOnce(tx, row.id, status))) continue
      await timeline.note(tx, noteOfStatus({ orderId: row.order_id, externalUserId, status, at, row, items }))
      // Only where the order stands now is news; how it came there is history.
      if (status !== row.status) continue
      await emit(tx, EVENT_OF[status], {
        // Short, whatever the shop's numbers are; not to be taken for one of them.
        key: `row:${row.id}`,
        atMs: at,
        payload: {
          orderId: row.order_id,
          source: row.source,
          externalUserId,
          totalFen: row.total_fen,
          first: status === 'paid' && !(await hasOtherPaid(tx, externalUserId, row.id)),
          atMs: at,
        },
      })
    }
    await announceRefunds(tx, row, externalUserId)
  }

  async function announceRefunds(tx: Tx, row: StoredOrder, externalUserId: string): Promise<void> {
    const untold = await takeUntoldRefunds(tx, row.id)
    const last = untold.at(-1)
    // All of it is told by the order's standing.
    if (last === undefined || row.status !== 'paid') return
    const { order_id: orderId, source, total_fen: totalFen, refunded_fen: refundedFen } = row
    await timeline.note(tx, noteOfPartRefund(row, last, { externalUserId, refundedFen }))
    await emit(tx, OrderPartRefunded, {
      key: `${row.id}:${last.id}:${refundedFen}`,
      atMs: last.atMs,
      payload: { orderId, source, externalUserId, totalFen, refundedFen, atMs: last.atMs },
    })
  }

  /** Gives an order to its customer, if they are known, and tells what is new about it. Safe to repeat. */
  async function settle(tx: Tx, id: number): Promise<boolean> {
    const row = await orderById(tx, id)
    if (row === undefined) return false
    let owner = row.external_userid
    if (owner === null) {
      const match = await matchGiven(tx, customers, row)
      if (match === undefined) return false
      owner = match.externalUserId
      await changeOrder(tx, row.id, { external_userid: owner, matched_by: match.by })
    }
    await announce(tx, row, owner)
    return true
  }

  /** What came back by this message; true when it says more than was known. */
  async function addRefundOf(tx: Tx, order: OrderMessage, row: StoredOrder, atMs: number): Promise<boolean> {
    const fen = order.status === 'refunded' ? order.totalFen : (order.refundedFen ?? 0)
    const refundId = order.status === 'refunded' ? order.refundId : undefined
    return fen > 0 && (await addRefund(tx, row.id, { refundId, fen, atMs }))
  }

  /** Where the order stands, and what of it has come back, after all that was told. */
  async function standing(tx: Tx, row: StoredOrder, totalFen: number): Promise<Partial<StoredOrder>> {
    const statuses = await statusesOf(tx, row.id)
    const { fen: refundedFen, atMs: refundedAtMs } = await refundedOf(tx, row.id)
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
    }
  }

  /** Stores one message about an order; the same message twice changes nothing, messages may come in any order, and one that
   *  says something else of what is known corrects it. Raises an event when the order's standing changes and its customer is
   *  known. Throws orders.two-shops. */
  async function record(tx: Tx, order: OrderMessage): Promise<RecordedOrder> {
    const now = clock.now()
    const keys = keysOf(order)
    const { row, isFirst } = await holdOrder(tx, order, keys, now)
    const atMs = order.atMs ?? (order.status === 'paid' ? order.paidAtMs : undefined) ?? now
    const isNews = await addStatus(tx, row.id, order.status, atMs)
    const isMoreBack = await addRefundOf(tx, order, row, atMs)
    const corrections = isFirst ? {} : correctionsBy(order, row, keys)
    const hasOtherItems = saysItems(order, row) && (await putItems(tx, row.id, order.items))
    if (isNews || isMoreBack || Object.keys(corrections).length > 0) {
      const stands = await standing(tx, row, corrections.total_fen ?? row.total_fen)
      await changeOrder(tx, row.id, { ...corrections, ...stands, ...paidAtBy(order, row, atMs) })
    }
    const isChanged = Object.keys(corrections).length > 0 || hasOtherItems
    const result = isNews || isMoreBack ? 'stored' : isChanged && !isFirst ? 'corrected' : 'unchanged'
    const matched = result === 'unchanged' ? row.external_userid !== null : await settle(tx, row.id)
    return { result, matched, nobody: matched || namesOf(row, keys) ? undefined : whyNobody(order.customer) }
  }

  return { record, settle }
}
export type RecordOrder = ReturnType<typeof createRecordOrder>

/** When it was paid: told by the message about the payment, or by one about what came after. */
function paidAtBy(order: OrderMessage, row: StoredOrder, atMs: number): Partial<StoredOrder> {
  if (order.status === 'paid')
    return row.paid_at === null || order.paidAtMs !== undefined ? { paid_at: order.paidAtMs ?? atMs } : {}
  return row.paid_at === null && order.paidAtMs !== undefined ? { paid_at: order.paidAtMs } : {}
}

/** By whom the order may still be found, by this or an earlier message. */
const namesOf = (row: StoredOrder, keys: OrderKeys): boolean =>
  [row, keys].some((one) => one.given_external_userid !== null || one.given_unionid !== null || one.phone_hash !== null)

/** A message about a refund may name only what came back; one about the order's beginning is older than what is known. */
const saysItems = (order: OrderMessage, row: StoredOrder): boolean =>
  row.has_items === 0 || (order.status !== 'refunded' && (order.status !== 'created' || row.status === 'created'))

/** What a message about a known order says otherwise, or has in addition. While nobody is found under the names of before,
 *  those of now take their place; afterwards the order stays with its customer. */
function correctionsBy(order: OrderMessage, row: StoredOrder, keys: OrderKeys): Partial<StoredOrder> {
  const isOpen = row.external_userid === null
  const changes: { -readonly [Name in keyof StoredOrder]?: StoredOrder[Name] } = {}
  for (const key of ['given_external_userid', 'given_unionid'] as const) {
    if (keys[key] !== null && keys[key] !== row[key] && (isOpen || row[key] === null)) changes[key] = keys[key]
  }
  if (keys.phone_hash !== null && keys.phone_hash !== row.phone_hash && (isOpen || row.phone_hash === null)) {
    Object.assign(changes, { phone_hash: keys.phone_hash, phone_tail: keys.phone_tail })
  }
  // A refund tells its own amount; what was paid is what the order is worth.
  const tellsWorth = order.status === 'paid' || (order.status !== 'refunded' && row.status === 'created')
  if (tellsWorth && order.totalFen !== row.total_fen) changes.total_fen = order.totalFen
  return changes
}
