import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { EventKind } from '../../engine/inbox/event-kind.ts'
import { givenNames, type KnownNames, matchGiven } from '../customers/given-customer.ts'
import { type PhoneHash, phoneDigits } from '../customers/phone-hash.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { OrderMessage, OrderStatus } from './order-body.ts'
import { OrderClosed, OrderCreated, OrderPaid, OrderRefunded } from './order-events.ts'
import { noteOfStatus } from './order-note.ts'
import { isAhead } from './order-status.ts'
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

export interface RecordOrderDeps {
  clock: Clock
  emit: Emit
  timeline: Timeline
  customers: KnownNames
  phoneHash: PhoneHash
}

export interface RecordedOrder {
  result: 'stored' | 'unchanged'
  /** Whether we know whose order it is. */
  matched: boolean
}

const EVENT_OF: Record<OrderStatus, EventKind<typeof OrderPaid.schema>> = {
  created: OrderCreated,
  paid: OrderPaid,
  refunded: OrderRefunded,
  closed: OrderClosed,
}

const timesOf = (status: OrderStatus, atMs: number): Partial<StoredOrder> => {
  if (status === 'refunded') return { refunded_at: atMs }
  if (status === 'closed') return { closed_at: atMs }
  return status === 'paid' ? { paid_at: atMs } : {}
}

/** The one way in for orders, from the shop's calls and from files alike. */
export function createRecordOrder({ clock, emit, timeline, customers, phoneHash }: RecordOrderDeps) {
  const keysOf = ({ customer }: OrderMessage): OrderKeys => {
    const digits = customer.phone === undefined ? undefined : phoneDigits(customer.phone)
    return { ...givenNames(customer, phoneHash), phone_tail: digits?.slice(-4) ?? null }
  }

  /** What a message adds to an order that earlier messages made. */
  function learnedFrom(order: OrderMessage, row: StoredOrder, keys: OrderKeys): Partial<StoredOrder> {
    const ahead = isAhead(order.status, row.status)
    const { given_external_userid, given_unionid, phone_hash, phone_tail } = keys
    return {
      ...(ahead ? { status: order.status } : {}),
      // A refund may tell its own amount; what was paid is what the order is worth.
      ...(order.status === 'paid' || (ahead && row.status === 'created') ? { total_fen: order.totalFen } : {}),
      ...(row.given_external_userid === null ? { given_external_userid } : {}),
      ...(row.given_unionid === null ? { given_unionid } : {}),
      ...(row.phone_hash === null ? { phone_hash, phone_tail } : {}),
    }
  }

  async function announce(tx: Tx, row: StoredOrder, externalUserId: string): Promise<void> {
    const statuses = await statusesOf(tx, row.id)
    const items = await itemsOf(tx, row.id)
    for (const { status, at } of statuses) {
      if (!(await announceOnce(tx, row.id, status))) continue
      await timeline.note(tx, noteOfStatus({ orderId: row.order_id, externalUserId, status, at, row, items }))
      // Only where the order stands now is news; how it came there is history.
      if (status !== row.status) continue
      await emit(tx, EVENT_OF[status], {
        key: row.order_id,
        atMs: at,
        payload: {
          orderId: row.order_id,
          externalUserId,
          totalFen: row.total_fen,
          first: status === 'paid' && !(await hasOtherPaid(tx, externalUserId, row.id)),
          atMs: at,
        },
      })
    }
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

  /** Stores one message about an order; the same order and status twice changes nothing, and messages may come in any
   *  order. Raises an event when the order's standing changes and its customer is known. */
  async function record(tx: Tx, order: OrderMessage): Promise<RecordedOrder> {
    const now = clock.now()
    const keys = keysOf(order)
    const { row, isFirst } = await holdOrder(tx, order, keys, now)
    const atMs = order.status === 'paid' ? (order.paidAtMs ?? now) : now
    if (!(await addStatus(tx, row.id, order.status, atMs))) {
      return { result: 'unchanged', matched: row.external_userid !== null }
    }
    const paidBeforeMs = order.status !== 'paid' && row.paid_at === null ? order.paidAtMs : undefined
    await changeOrder(tx, row.id, {
      ...(isFirst ? {} : learnedFrom(order, row, keys)),
      ...timesOf(order.status, atMs),
      ...(paidBeforeMs === undefined ? {} : { paid_at: paidBeforeMs }),
    })
    if (row.has_items === 0) await putItems(tx, row.id, order.items)
    return { result: 'stored', matched: await settle(tx, row.id) }
  }

  return { record, settle }
}
export type RecordOrder = ReturnType<typeof createRecordOrder>
