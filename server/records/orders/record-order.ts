import type { Tx } from '../../core/db/tx.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { EventKind } from '../../engine/inbox/event-kind.ts'
import { givenNames, type KnownNames, matchGiven, whyNobody } from '../customers/given-customer.ts'
import { phoneDigits } from '../customers/phone-hash.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { correctionsBy, namesOf, paidAtBy, saysItems, toldAtMs } from './corrections-by.ts'
import type { OrderMessage, OrderStatus } from './order-body.ts'
import { OrderClosed, OrderCreated, OrderPaid, OrderPartRefunded, OrderRefunded } from './order-events.ts'
import { noteKeyOf, noteOfPartRefund, noteOfStatus } from './order-note.ts'
import { type OrderOfErasedDeps, withoutErased } from './order-of-erased.ts'
import { standingOf } from './order-status.ts'
import {
  addStatus,
  announceOnce,
  changeOrder,
  correctStatusTime,
  hasOtherPaid,
  holdOrder,
  itemsOf,
  type OrderKeys,
  orderById,
  putItems,
  type StoredOrder,
  statusesOf,
  untellStatus,
} from './order-store.ts'
import {
  addRefund,
  type RefundResult,
  refundsOf,
  sumOfRefunds,
  takeUntoldRefunds,
  untellRefunds,
} from './refund-store.ts'

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

const EVENT_OF: Record<OrderStatus, EventKind<typeof OrderPaid.schema>> = {
  created: OrderCreated,
  paid: OrderPaid,
  refunded: OrderRefunded,
  closed: OrderClosed,
}

/** The one way in for orders, from the shop's calls and from files alike. */
export function createRecordOrder(deps: RecordOrderDeps) {
  const { clock, emit, timeline, customers, phoneHash } = deps
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
      const again = status === 'refunded' ? await byWhichRefund(tx, row.id) : ''
      await timeline.note(tx, noteOfStatus({ row, externalUserId, status, at, items, again }))
      // Only where the order stands now is news; how it came there is history.
      if (status !== row.status) continue
      await emit(tx, EVENT_OF[status], {
        // Short, whatever the shop's numbers are; not to be taken for one of them.
        key: `row:${row.id}${again}`,
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

  /** A whole refund may turn out to have been a part of more, and be told again: by another part, or by more of it. */
  async function byWhichRefund(tx: Tx, shopOrderId: number): Promise<string> {
    const last = (await refundsOf(tx, shopOrderId)).at(-1)
    return last === undefined ? '' : `:${last.id}:${last.fen}`
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
    const atMs = toldAtMs(order) ?? order.supposedAtMs ?? now
    const isNews = await addStatus(tx, row.id, order.status, atMs)
    const refund = await addRefundOf(tx, order, row, atMs)
    const hasOtherTime = !isNews && (await correctTime(tx, order, row))
    const corrections = { ...(isFirst ? {} : correctionsBy(order, row, keys)), ...paidAtBy(order, row, atMs) }
    const hasOtherItems = saysItems(order, row) && (await putItems(tx, row.id, order.items))
    const isCorrected = hasOtherTime || refund === 'corrected' || Object.keys(corrections).length > 0
    if (isNews || refund === 'news' || isCorrected) await restand(tx, row, corrections)
    const isMore = isNews || refund === 'news'
    const result = isMore ? 'stored' : isCorrected || hasOtherItems ? 'corrected' : 'unchanged'
    const matched = result === 'unchanged' ? row.external_userid !== null : await settle(tx, row.id)
    return { result, matched, nobody: matched || namesOf(row, keys) ? undefined : whyNobody(order.customer) }
  }

  return { record, settle }
}
export type RecordOrder = ReturnType<typeof createRecordOrder>
