import type { RowOf } from '../../core/db/define-table.ts'
import { all, pick, type Sql, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { RecordedEvent, Rewind } from '../../engine/inbox/rewind.ts'
import { firstOf } from '../../engine/inbox/rewind.ts'
import type { OrderStatus } from './order-body.ts'
import { OrderClosed, OrderCreated, OrderPaid, OrderRefunded } from './order-events.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_STATUS } from './order-tables.ts'

const o = SHOP_ORDER
const i = SHOP_ORDER_ITEM
type Order = RowOf<typeof SHOP_ORDER>

const STATUS: ReadonlyMap<string, OrderStatus> = new Map([
  [OrderCreated.kind, 'created'],
  [OrderPaid.kind, 'paid'],
  [OrderRefunded.kind, 'refunded'],
  [OrderClosed.kind, 'closed'],
])

/** Orders by number and shop; what was told before two shops could have one number names no shop. */
const keyOf = ({ kind, payload }: RecordedEvent): string | undefined =>
  STATUS.has(kind) ? JSON.stringify([payload.orderId, payload.source ?? null]) : undefined

const isOrder = (key: string): Sql => {
  const [orderId, source] = JSON.parse(key) as [string, string | null]
  const isNumber = sql`${o.order_id} = ${orderId}`
  return source === null ? isNumber : sql`${isNumber} AND ${o.source} = ${source}`
}

/** An order as it stood when this was the last that had happened to it. */
function asOf(order: Order, atMs: number, status: OrderStatus): Order {
  const upTo = (at: number | null): number | null => (at !== null && at <= atMs ? at : null)
  const { paid_at, refunded_at, closed_at } = order
  const cameBack = order.status === 'refunded' && status !== 'refunded' ? { refunded_fen: 0 } : {}
  const times = { paid_at: upTo(paid_at), refunded_at: upTo(refunded_at), closed_at: upTo(closed_at) }
  return { ...order, ...times, ...cameBack, status }
}

/** Orders are as their events since have not been told yet; each event brings its order to where it then stood. */
export function createOrdersRewind(): Rewind {
  const orders = new Map<string, { row: Order; items: RowOf<typeof SHOP_ORDER_ITEM>[] }>()

  async function put(tx: Tx, key: string, row: Order | undefined): Promise<void> {
    const kept = orders.get(key)
    if (kept === undefined) return
    await tx.run(sql`DELETE FROM ${o} WHERE ${o.id} = ${kept.row.id}`)
    await tx.run(sql`DELETE FROM ${i} WHERE ${i.shop_order_id} = ${kept.row.id}`)
    if (row === undefined) return
    await tx.insertIgnore(o, [row])
    if (kept.items.length > 0) await tx.insertIgnore(i, kept.items)
  }

  return {
    turnBack: async (tx, atMs, later) => {
      const s = SHOP_ORDER_STATUS
      const seen = await tx.rows(
        sql`SELECT ${pick(s, 'shop_order_id')} FROM ${s} WHERE ${s.status} = 'created' AND ${s.at} <= ${atMs}`,
      )
      const wasCreated = new Set(seen.map((row) => row.shop_order_id))
      for (const [key, { kind }] of firstOf(later, keyOf)) {
        const row = await tx.row(sql`SELECT ${all(o)} FROM ${o} WHERE ${isOrder(key)} LIMIT 1`)
        if (row === undefined) continue
        const items = await tx.rows(sql`SELECT ${all(i)} FROM ${i} WHERE ${i.shop_order_id} = ${row.id}`)
        orders.set(key, { row, items })
        const wasPaid = kind === OrderRefunded.kind
        const wasThere = wasPaid || (kind !== OrderCreated.kind && wasCreated.has(row.id))
        await put(tx, key, wasThere ? asOf(row, atMs, wasPaid ? 'paid' : 'created') : undefined)
      }
    },
    tell: async (tx, event) => {
      const key = keyOf(event)
      const kept = key === undefined ? undefined : orders.get(key)
      const status = STATUS.get(event.kind)
      if (key === undefined || kept === undefined || status === undefined) return
      await put(tx, key, asOf(kept.row, event.receivedAtMs, status))
    },
  }
}
