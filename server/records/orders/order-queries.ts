import type { Tx } from '../../core/db/tx.ts'
import type { OrderStatus } from './order-body.ts'

interface OrderItem {
  sku: string
  name: string
  quantity: number
  priceFen: number
  category: string | undefined
}

export interface Order {
  orderId: string
  status: OrderStatus
  totalFen: number
  source: string
  createdAtMs: number
  paidAtMs: number | undefined
  refundedAtMs: number | undefined
  closedAtMs: number | undefined
  items: OrderItem[]
}

/** What one customer has bought, all told. */
export interface Purchases {
  externalUserId: string
  lastPaidAtMs: number
  /** Shanghai days with a paid order. */
  paidDays: number
  paidSumFen: number
}

/** Paid means: paid now, not refunded. */
export interface OrderSummary {
  paidCount: number
  paidSumFen: number
  lastPaidAtMs: number | undefined
  refundedCount: number
}

interface StoredOrder {
  id: number
  order_id: string
  status: OrderStatus
  total_fen: number
  source: string
  created_at: number
  paid_at: number | null
  refunded_at: number | null
  closed_at: number | null
}

interface StoredItem {
  shop_order_id: number
  sku: string
  name: string
  quantity: number
  price_fen: number
  category: string | null
}

const toItem = (row: StoredItem): OrderItem => ({
  sku: row.sku,
  name: row.name,
  quantity: row.quantity,
  priceFen: row.price_fen,
  category: row.category ?? undefined,
})

/** Midnight in Shanghai before `paid_at`; neither database need know of time zones. */
const SHANGHAI_DAY = '(paid_at - (paid_at + 28800000) % 86400000)'

export const orderQueries = {
  summary: async (tx: Tx, externalUserId: string): Promise<OrderSummary> => {
    const row = await tx.row<{ paid: number; fen: number | string; last: number | null; refunded: number }>(
      `SELECT COALESCE(SUM(CASE WHEN status = 'paid' THEN 1 ELSE 0 END), 0) AS paid,
              COALESCE(SUM(CASE WHEN status = 'paid' THEN total_fen ELSE 0 END), 0) AS fen,
              MAX(CASE WHEN status = 'paid' THEN paid_at END) AS last,
              COALESCE(SUM(CASE WHEN status = 'refunded' THEN 1 ELSE 0 END), 0) AS refunded
       FROM shop_order WHERE external_userid = ?`,
      [externalUserId],
    )
    return {
      paidCount: Number(row?.paid ?? 0),
      paidSumFen: Number(row?.fen ?? 0),
      lastPaidAtMs: row?.last ?? undefined,
      refundedCount: Number(row?.refunded ?? 0),
    }
  },
  /** Everybody with a paid order, by external_userid, page after page. */
  purchases: async (tx: Tx, page: { after: string; limit: number }): Promise<Purchases[]> => {
    const rows = await tx.rows<{ id: string; last: number; days: number; fen: number | string }>(
      `SELECT external_userid AS id, MAX(paid_at) AS last, SUM(total_fen) AS fen,
              COUNT(DISTINCT ${SHANGHAI_DAY}) AS days
       FROM shop_order WHERE status = 'paid' AND paid_at IS NOT NULL AND external_userid > ?
       GROUP BY external_userid ORDER BY external_userid LIMIT ?`,
      [page.after, page.limit],
    )
    return rows.map((row) => ({
      externalUserId: row.id,
      lastPaidAtMs: row.last,
      paidDays: Number(row.days),
      paidSumFen: Number(row.fen),
    }))
  },
  /** What each of these customers has paid within their own span of time, refunds left out; those without are left out.
   *  `toMs` is not included. At most some hundred customers at once. */
  paidWithin: async (
    tx: Tx,
    spans: { externalUserId: string; fromMs: number; toMs: number }[],
  ): Promise<Map<string, { count: number; sumFen: number }>> => {
    const found = new Map<string, { count: number; sumFen: number }>()
    if (spans.length === 0) return found
    const rows = await tx.rows<{ external_userid: string; paid_at: number; total_fen: number }>(
      `SELECT external_userid, paid_at, total_fen FROM shop_order
       WHERE status = 'paid' AND external_userid IN (${spans.map(() => '?').join(', ')})`,
      spans.map((span) => span.externalUserId),
    )
    const spanOf = new Map(spans.map((span) => [span.externalUserId, span]))
    for (const { external_userid: id, paid_at: paidAtMs, total_fen: fen } of rows) {
      const span = spanOf.get(id)
      if (span === undefined || paidAtMs < span.fromMs || paidAtMs >= span.toMs) continue
      const before = found.get(id) ?? { count: 0, sumFen: 0 }
      found.set(id, { count: before.count + 1, sumFen: before.sumFen + fen })
    }
    return found
  },
  /** Newest first, with items. `limit` default 20, at most 100. */
  ofCustomer: async (tx: Tx, externalUserId: string, page: { limit?: number } = {}): Promise<Order[]> => {
    const limit = Math.min(Math.max(page.limit ?? 20, 1), 100)
    const orders = await tx.rows<StoredOrder>(
      `SELECT id, order_id, status, total_fen, source, created_at, paid_at, refunded_at, closed_at
       FROM shop_order WHERE external_userid = ? ORDER BY COALESCE(paid_at, created_at) DESC, id DESC LIMIT ${limit}`,
      [externalUserId],
    )
    if (orders.length === 0) return []
    const items = await tx.rows<StoredItem>(
      `SELECT shop_order_id, sku, name, quantity, price_fen, category FROM shop_order_item
       WHERE shop_order_id IN (${orders.map(() => '?').join(', ')}) ORDER BY shop_order_id, line_no`,
      orders.map((order) => order.id),
    )
    return orders.map((order) => ({
      orderId: order.order_id,
      status: order.status,
      totalFen: order.total_fen,
      source: order.source,
      createdAtMs: order.created_at,
      paidAtMs: order.paid_at ?? undefined,
      refundedAtMs: order.refunded_at ?? undefined,
      closedAtMs: order.closed_at ?? undefined,
      items: items.filter((item) => item.shop_order_id === order.id).map(toItem),
    }))
  },
}
