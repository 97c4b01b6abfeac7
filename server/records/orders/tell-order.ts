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
import { noteOfPartRefund, noteOfStatus } from './order-note.ts'
import type { OrderStep } from './order-status.ts'
import type { StoredOrder } from './order-store.ts'

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

/** An order, and of whom it is told. `key`: of `orderKeyOf`. */
export interface ToldOrder {
  row: StoredOrder
  externalUserId: string
  key: string
}

/** What is told of a step beside the order. `again`: what tells it from an earlier note about the same status; mostly empty. */
export interface ToldStep {
  status: OrderStep
  at: number
  items: { name: string; quantity: number }[]
  parcels: { company: string; number: string }[]
  again: string
  /** Is it the customer's first payment that stands? Asked for payments that are news only. */
  isFirst(): Promise<boolean>
}

/** A part of it came back: the order stands, and this is told when all has. */
export const isOfPart = (step: OrderStep, row: Pick<StoredOrder, 'status'>): boolean =>
  step === 'refunded' && row.status === 'paid'

/** A whole refund may turn out to have been a part of more, and be told again: by another part, or by more of it. */
export const againBy = (refund: { id: number; fen: number } | undefined): string =>
  refund === undefined ? '' : `:${refund.id}:${refund.fen}`

/** The words and events about an order whose customer is known; what has been told already, whoever asks must know. */
export function createTellOrder({ emit, timeline }: { emit: Emit; timeline: Pick<Timeline, 'note'> }) {
  async function step(tx: Tx, { row, externalUserId, key }: ToldOrder, told: ToldStep): Promise<void> {
    const { status, items, parcels, again, isFirst } = told
    const at = status === 'refunded' ? (row.refunded_at ?? told.at) : told.at
    await timeline.note(tx, noteOfStatus({ key, row, externalUserId, status, at, items, parcels, again }))
    // Only where the order stands now is news; how it came there is history.
    if (!isNow(status, row)) return
    await emit(tx, EVENT_OF[status], {
      // Short, whatever the shop's numbers are; not to be taken for one of them.
      key: `row:${key}${again}`,
      atMs: at,
      payload: {
        orderId: row.order_id,
        source: row.source,
        externalUserId,
        totalFen: row.total_fen,
        first: status === 'paid' && (await isFirst()),
        atMs: at,
      },
    })
  }

  /** `last`: of the refunds that nobody was told of, the latest. */
  async function partRefund(
    tx: Tx,
    { row, externalUserId, key }: ToldOrder,
    last: { id: number; fen: number; atMs: number },
  ): Promise<void> {
    const { order_id: orderId, source, total_fen: totalFen, refunded_fen: refundedFen } = row
    await timeline.note(tx, noteOfPartRefund(row, last, { key, externalUserId, refundedFen }))
    await emit(tx, OrderPartRefunded, {
      key: `${key}:${last.id}:${refundedFen}`,
      atMs: last.atMs,
      payload: { orderId, source, externalUserId, totalFen, refundedFen, atMs: last.atMs },
    })
  }

  return { step, partRefund }
}
