import type { Row, Tx } from '../../core/db/tx.ts'
import type { RecordedEvent, Rewind } from '../../engine/inbox/rewind.ts'
import { firstOf } from '../../engine/inbox/rewind.ts'
import { OrderClosed, OrderCreated, OrderPaid, OrderRefunded } from './order-events.ts'

const COLUMN = { [OrderPaid.kind]: 'paid_at', [OrderRefunded.kind]: 'refunded_at', [OrderClosed.kind]: 'closed_at' }
const LATER = ['paid_at', 'refunded_at', 'closed_at'] as const

const orderIdOf = ({ kind, payload }: RecordedEvent): string | undefined =>
  kind === OrderCreated.kind || kind in COLUMN ? String(payload.orderId) : undefined

/** An order as it stood when this was the last that had happened to it. */
function asOf(row: Row, atMs: number, status: string): Row {
  const held = Object.fromEntries(
    LATER.map((column) => [
      column,
      Number(row[column] ?? Number.POSITIVE_INFINITY) <= atMs ? (row[column] ?? null) : null,
    ]),
  )
  return { ...row, ...held, status }
}

/** Orders are as their events since have not been told yet; each event brings its order to where it then stood. */
export function createOrdersRewind(): Rewind {
  const orders = new Map<string, { row: Row; items: Row[] }>()

  async function put(tx: Tx, orderId: string, row: Row | undefined): Promise<void> {
    const kept = orders.get(orderId)
    if (kept === undefined) return
    await tx.run('DELETE FROM shop_order WHERE order_id = ?', [orderId])
    await tx.run('DELETE FROM shop_order_item WHERE shop_order_id = ?', [kept.row.id ?? null])
    if (row === undefined) return
    await tx.insertIgnore('shop_order', [row])
    if (kept.items.length > 0) await tx.insertIgnore('shop_order_item', kept.items)
  }

  return {
    turnBack: async (tx, atMs, later) => {
      const seen = await tx.rows<{ shop_order_id: number }>(
        `SELECT shop_order_id FROM shop_order_status WHERE status = 'created' AND at <= ?`,
        [atMs],
      )
      const wasCreated = new Set(seen.map((row) => row.shop_order_id))
      for (const [orderId, { kind }] of firstOf(later, orderIdOf)) {
        const row = await tx.row<Row>('SELECT * FROM shop_order WHERE order_id = ?', [orderId])
        if (row === undefined) continue
        const items = await tx.rows<Row>('SELECT * FROM shop_order_item WHERE shop_order_id = ?', [row.id ?? null])
        orders.set(orderId, { row, items })
        const wasPaid = kind === OrderRefunded.kind
        const wasThere = wasPaid || (kind !== OrderCreated.kind && wasCreated.has(Number(row.id)))
        await put(tx, orderId, wasThere ? asOf(row, atMs, wasPaid ? 'paid' : 'created') : undefined)
      }
    },
    tell: async (tx, event) => {
      const orderId = orderIdOf(event)
      const kept = orderId === undefined ? undefined : orders.get(orderId)
      if (orderId === undefined || kept === undefined) return
      await put(tx, orderId, asOf(kept.row, event.receivedAtMs, event.kind.slice('order.'.length)))
    },
  }
}
