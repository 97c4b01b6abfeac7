import type { Row, Tx } from '../../core/db/tx.ts'
import type { GivenNames } from '../customers/given-customer.ts'
import type { OrderMessage, OrderStatus } from './order-body.ts'

export interface StoredOrder extends GivenNames {
  id: number
  order_id: string
  status: OrderStatus
  total_fen: number
  source: string
  external_userid: string | null
  created_at: number
  paid_at: number | null
  refunded_at: number | null
  closed_at: number | null
  has_items: number
}

export const ORDER_COLUMNS = `id, order_id, status, total_fen, source, external_userid, given_external_userid, given_unionid,
  phone_hash, created_at, paid_at, refunded_at, closed_at, has_items`

export interface OrderKeys extends GivenNames {
  phone_tail: string | null
}

/** The order's row, made from this message if it is the first, and held until the transaction ends. */
export async function holdOrder(
  tx: Tx,
  order: OrderMessage,
  keys: OrderKeys,
  nowMs: number,
): Promise<{ row: StoredOrder; isFirst: boolean }> {
  const inserted = await tx.insertIgnore('shop_order', [
    {
      order_id: order.orderId,
      status: order.status,
      total_fen: order.totalFen,
      source: order.source,
      ...keys,
      created_at: Math.min(nowMs, order.paidAtMs ?? nowMs),
    },
  ])
  const row = await tx.row<StoredOrder>(
    `SELECT ${ORDER_COLUMNS} FROM shop_order WHERE order_id = ?${tx.dialect === 'mysql' ? ' FOR UPDATE' : ''}`,
    [order.orderId],
  )
  if (row === undefined) throw new Error('an order that was just stored is not there')
  return { row, isFirst: inserted > 0 }
}

export async function changeOrder(tx: Tx, id: number, changes: Row): Promise<void> {
  const columns = Object.keys(changes)
  if (columns.length === 0) return
  await tx.run(`UPDATE shop_order SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`, [
    ...columns.map((column) => changes[column] ?? null),
    id,
  ])
}

/** True when the order did not have this status before. */
export const addStatus = async (tx: Tx, shopOrderId: number, status: OrderStatus, atMs: number): Promise<boolean> =>
  (await tx.insertIgnore('shop_order_status', [{ shop_order_id: shopOrderId, status, at: atMs }])) > 0

/** True once per status. */
export const announceOnce = async (tx: Tx, shopOrderId: number, status: OrderStatus): Promise<boolean> =>
  (await tx.run('UPDATE shop_order_status SET announced = 1 WHERE shop_order_id = ? AND status = ? AND announced = 0', [
    shopOrderId,
    status,
  ])) > 0

export const statusesOf = (tx: Tx, shopOrderId: number): Promise<{ status: OrderStatus; at: number }[]> =>
  tx.rows('SELECT status, at FROM shop_order_status WHERE shop_order_id = ? ORDER BY at, id', [shopOrderId])

export async function putItems(tx: Tx, shopOrderId: number, items: OrderMessage['items']): Promise<void> {
  if (items.length === 0) return
  await tx.insertIgnore(
    'shop_order_item',
    items.map((item, index) => ({
      shop_order_id: shopOrderId,
      line_no: index,
      sku: item.sku,
      name: item.name,
      quantity: item.quantity,
      price_fen: item.priceFen,
      category: item.category ?? null,
    })),
  )
  await changeOrder(tx, shopOrderId, { has_items: 1 })
}

export const itemsOf = (tx: Tx, shopOrderId: number): Promise<{ name: string; quantity: number }[]> =>
  tx.rows('SELECT name, quantity FROM shop_order_item WHERE shop_order_id = ? ORDER BY line_no', [shopOrderId])

/** Is there another order of this customer that is paid and stands? */
export const hasOtherPaid = async (tx: Tx, externalUserId: string, exceptId: number): Promise<boolean> =>
  (await tx.row(`SELECT 1 AS found FROM shop_order WHERE external_userid = ? AND status = 'paid' AND id <> ? LIMIT 1`, [
    externalUserId,
    exceptId,
  ])) !== undefined
