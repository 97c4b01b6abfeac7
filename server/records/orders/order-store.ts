import type { RowOf } from '../../core/db/define-table.ts'
import { all, lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { GivenNames } from '../customers/given-customer.ts'
import type { OrderMessage, OrderStatus } from './order-body.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_STATUS } from './order-tables.ts'

const o = SHOP_ORDER
const st = SHOP_ORDER_STATUS

export type StoredOrder = RowOf<typeof SHOP_ORDER>

/** By what an order's customer may be known. */
export type OrderKeys = Pick<StoredOrder, keyof GivenNames | 'phone_tail'>

/** The order's row, made from this message if it is the first, and held until the transaction ends. */
export async function holdOrder(
  tx: Tx,
  order: OrderMessage,
  keys: OrderKeys,
  nowMs: number,
): Promise<{ row: StoredOrder; isFirst: boolean }> {
  const inserted = await tx.insertIgnore(o, [
    {
      order_id: order.orderId,
      status: order.status,
      total_fen: order.totalFen,
      source: order.source,
      ...keys,
      created_at: Math.min(nowMs, order.paidAtMs ?? nowMs),
    },
  ])
  const row = await tx.row(sql`SELECT ${all(o)} FROM ${o} WHERE ${o.order_id} = ${order.orderId} ${lock()}`)
  if (row === undefined) throw new Error('an order that was just stored is not there')
  return { row, isFirst: inserted > 0 }
}

/** Held until the transaction ends. */
export const orderById = (tx: Tx, id: number): Promise<StoredOrder | undefined> =>
  tx.row(sql`SELECT ${all(o)} FROM ${o} WHERE ${o.id} = ${id} ${lock()}`)

export async function changeOrder(tx: Tx, id: number, changes: Partial<StoredOrder>): Promise<void> {
  if (Object.keys(changes).length === 0) return
  await tx.run(sql`UPDATE ${o} SET ${set(o, changes)} WHERE ${o.id} = ${id}`)
}

/** True when the order did not have this status before. */
export const addStatus = async (tx: Tx, shopOrderId: number, status: OrderStatus, atMs: number): Promise<boolean> =>
  (await tx.insertIgnore(st, [{ shop_order_id: shopOrderId, status, at: atMs }])) > 0

/** True once per status. */
export const announceOnce = async (tx: Tx, shopOrderId: number, status: OrderStatus): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE ${st} SET ${set(st, { announced: 1 })}
        WHERE ${st.shop_order_id} = ${shopOrderId} AND ${st.status} = ${status} AND ${st.announced} = 0`,
  )) > 0

export const statusesOf = (tx: Tx, shopOrderId: number): Promise<{ status: OrderStatus; at: number }[]> =>
  tx.rows(
    sql`SELECT ${pick(st, 'status', 'at')} FROM ${st} WHERE ${st.shop_order_id} = ${shopOrderId}
        ORDER BY ${st.at}, ${st.id}`,
  )

export async function putItems(tx: Tx, shopOrderId: number, items: OrderMessage['items']): Promise<void> {
  if (items.length === 0) return
  await tx.insertIgnore(
    SHOP_ORDER_ITEM,
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

export function itemsOf(tx: Tx, shopOrderId: number): Promise<{ name: string; quantity: number }[]> {
  const i = SHOP_ORDER_ITEM
  return tx.rows(
    sql`SELECT ${pick(i, 'name', 'quantity')} FROM ${i} WHERE ${i.shop_order_id} = ${shopOrderId} ORDER BY ${i.line_no}`,
  )
}

/** Is there another order of this customer that is paid and stands? */
export const hasOtherPaid = async (tx: Tx, externalUserId: string, exceptId: number): Promise<boolean> =>
  (await tx.row(
    sql`SELECT 1 FROM ${o}
        WHERE ${o.external_userid} = ${externalUserId} AND ${o.status} = 'paid' AND ${o.id} <> ${exceptId} LIMIT 1`,
  )) !== undefined
