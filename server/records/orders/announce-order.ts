import type { Tx } from '../../core/db/tx.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { EventKind } from '../../engine/inbox/event-kind.ts'
import type { Timeline } from '../timeline/timeline.ts'
import {
  OrderClosed,
  OrderCreated,
  OrderPaid,
  OrderPartRefunded,
  OrderRefunded,
  OrderShipped,
  OrderSigned,
} from './order-events.ts'
import { noteOfPartRefund, noteOfStatus, orderKeyOf } from './order-note.ts'
import type { OrderStep } from './order-status.ts'
import { announceOnce, hasOtherPaid, itemsOf, type StoredOrder, statusesOf } from './order-store.ts'
import { refundsOf, takeUntoldRefunds } from './refund-store.ts'
import { parcelsOf } from './whole-store.ts'

const EVENT_OF: Record<OrderStep, EventKind<typeof OrderPaid.schema>> = {
  created: OrderCreated,
  paid: OrderPaid,
  refunded: OrderRefunded,
  closed: OrderClosed,
  shipped: OrderShipped,
  signed: OrderSigned,
}

/** Is this step of an order where it stands now: news, and not how it came there? Goods are, while the order is paid. */
function isNow(step: OrderStep, { status, signed_at: signedAtMs }: StoredOrder): boolean {
  if (step === 'signed') return status === 'paid'
  if (step === 'shipped') return status === 'paid' && signedAtMs === null
  return step === status
}

/** Tells what is new about an order whose customer is known: a note for each step, an event for where it stands now. Safe to
 *  repeat. */
export function createAnnounceOrder({ emit, timeline }: { emit: Emit; timeline: Timeline }) {
  async function announce(tx: Tx, row: StoredOrder, externalUserId: string): Promise<void> {
    const statuses = await statusesOf(tx, row.id)
    const items = await itemsOf(tx, row.id)
    for (const { status, at: toldAt } of statuses) {
      // A part of it came back: the order stands, and this is told when all has.
      if (status === 'refunded' && row.status === 'paid') continue
      const at = status === 'refunded' ? (row.refunded_at ?? toldAt) : toldAt
      if (!(await announceOnce(tx, row.id, status))) continue
      const again = status === 'refunded' ? await byWhichRefund(tx, row.id) : ''
      const parcels = status === 'shipped' ? await parcelsOf(tx, row.id) : []
      await timeline.note(tx, noteOfStatus({ row, externalUserId, status, at, items, parcels, again }))
      // Only where the order stands now is news; how it came there is history.
      if (!isNow(status, row)) continue
      await emit(tx, EVENT_OF[status], {
        // Short, whatever the shop's numbers are; not to be taken for one of them.
        key: `row:${orderKeyOf(row)}${again}`,
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
      key: `${orderKeyOf(row)}:${last.id}:${refundedFen}`,
      atMs: last.atMs,
      payload: { orderId, source, externalUserId, totalFen, refundedFen, atMs: last.atMs },
    })
  }

  return announce
}
