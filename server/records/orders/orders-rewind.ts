import type { RowOf } from '../../core/db/define-table.ts'
import { all, type Sql, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { RecordedEvent, Rewind } from '../../engine/inbox/rewind.ts'
import type { OrderStatus } from './order-body.ts'
import {
  OrderClosed,
  OrderCreated,
  OrderPaid,
  OrderPartRefunded,
  OrderRefunded,
  OrderShipped,
  OrderSigned,
} from './order-events.ts'
import type { OrderStep } from './order-status.ts'
import { statusesOf } from './order-store.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_REFUND_LINE } from './order-tables.ts'
import { refundsOf, sumOfRefunds } from './refund-store.ts'
import { backOf } from './whole-store.ts'

const o = SHOP_ORDER
const i = SHOP_ORDER_ITEM
type Order = RowOf<typeof SHOP_ORDER>

/** Where an order stands after each event. */
const STATUS: ReadonlyMap<string, OrderStatus> = new Map([
  [OrderCreated.kind, 'created'],
  [OrderPaid.kind, 'paid'],
  [OrderPartRefunded.kind, 'paid'],
  [OrderShipped.kind, 'paid'],
  [OrderSigned.kind, 'paid'],
  [OrderRefunded.kind, 'refunded'],
  [OrderClosed.kind, 'closed'],
])

/** What is known of an order at the end. */
interface Kept {
  row: Order
  items: RowOf<typeof SHOP_ORDER_ITEM>[]
  refunds: Awaited<ReturnType<typeof refundsOf>>
  refundLines: RowOf<typeof SHOP_ORDER_REFUND_LINE>[]
  statuses: { status: OrderStep; at: number }[]
}

/** By number and shop; what was told before two shops could have one number names no shop. */
const isOrderOf = ({ orderId, source }: Record<string, unknown>): Sql => {
  const isNumber = sql`${o.order_id} = ${String(orderId)}`
  return typeof source === 'string' ? sql`${isNumber} AND ${o.source} = ${source}` : isNumber
}

/** An order as it stood at an instant. `refundedFen`: what had come back by then, where an event tells it. */
function asOf({ row, refunds }: Kept, atMs: number, status: OrderStatus, refundedFen?: number): Order {
  const upTo = (at: number | null): number | null => (at !== null && at <= atMs ? at : null)
  const back = refundedFen ?? sumOfRefunds(refunds.filter(({ at }) => at <= atMs)).fen
  return {
    ...row,
    status,
    paid_at: upTo(row.paid_at),
    refunded_at: upTo(row.refunded_at),
    closed_at: upTo(row.closed_at),
    shipped_at: upTo(row.shipped_at),
    signed_at: upTo(row.signed_at),
    refunded_fen: status === 'refunded' ? row.total_fen : Math.min(back, row.total_fen),
  }
}

/** Where it stood before the first event that is told again, by what was told of it; undefined: nobody had heard of it. */
function statusBefore({ statuses }: Kept, first: RecordedEvent, atMs: number): OrderStatus | undefined {
  if (first.kind === OrderCreated.kind) return undefined
  const was = (wanted: OrderStep): boolean => statuses.some(({ status, at }) => status === wanted && at <= atMs)
  if (first.kind !== OrderPaid.kind && was('paid')) return 'paid'
  return was('created') ? 'created' : undefined
}

/** Orders are as their events since have not been told yet; each event brings its order to where it then stood. */
export function createOrdersRewind(): Rewind {
  const kept = new Map<number, Kept>()
  const idOf = new Map<string, number | undefined>()
  const keyOf = ({ payload }: RecordedEvent): string => JSON.stringify([payload.orderId, payload.source ?? null])

  async function put(tx: Tx, { row, items, refundLines }: Kept, then: Order | undefined, atMs: number): Promise<void> {
    await tx.run(sql`DELETE FROM ${o} WHERE ${o.id} = ${row.id}`)
    await tx.run(sql`DELETE FROM ${i} WHERE ${i.shop_order_id} = ${row.id}`)
    if (then === undefined) return
    await tx.insertIgnore(o, [then])
    if (items.length === 0) return
    await tx.insertIgnore(
      i,
      items.map((item) => ({
        ...item,
        ...backOf(
          item,
          refundLines.filter(({ at }) => at <= atMs),
        ),
      })),
    )
  }

  return {
    turnBack: async (tx, atMs, later) => {
      const first = new Map<number, RecordedEvent>()
      // All are read before the first is turned back: two names of an event may mean one order.
      for (const event of later) {
        if (!STATUS.has(event.kind)) continue
        const key = keyOf(event)
        if (!idOf.has(key)) {
          const row = await tx.row(
            sql`SELECT ${all(o)} FROM ${o} WHERE ${isOrderOf(event.payload)} ORDER BY ${o.id} LIMIT 1`,
          )
          idOf.set(key, row?.id)
          if (row !== undefined && !kept.has(row.id)) {
            const items = await tx.rows(sql`SELECT ${all(i)} FROM ${i} WHERE ${i.shop_order_id} = ${row.id}`)
            const l = SHOP_ORDER_REFUND_LINE
            const refundLines = await tx.rows(sql`SELECT ${all(l)} FROM ${l} WHERE ${l.shop_order_id} = ${row.id}`)
            const [refunds, statuses] = [await refundsOf(tx, row.id), await statusesOf(tx, row.id)]
            kept.set(row.id, { row, items, refunds, refundLines, statuses })
          }
        }
        const id = idOf.get(key)
        if (id !== undefined && !first.has(id)) first.set(id, event)
      }
      for (const [id, event] of first) {
        const order = kept.get(id)
        if (order === undefined) continue
        const status = statusBefore(order, event, atMs)
        await put(tx, order, status === undefined ? undefined : asOf(order, atMs, status), atMs)
      }
    },
    tell: async (tx, event) => {
      const status = STATUS.get(event.kind)
      if (status === undefined) return
      const order = kept.get(idOf.get(keyOf(event)) ?? 0)
      if (order === undefined) return
      const { refundedFen: told } = event.payload
      const refundedFen = typeof told === 'number' ? told : undefined
      await put(tx, order, asOf(order, event.receivedAtMs, status, refundedFen), event.receivedAtMs)
    },
  }
}
