import type { RowOf } from '../../core/db/define-table.ts'
import { all, lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import type { Catalogue } from '../../rules/book/catalogue.ts'
import type { GivenNames } from '../customers/given-customer.ts'
import { isOtherTime } from './is-other-time.ts'
import { areSameItems, itemsBeside } from './items-beside.ts'
import { labelsOf } from './label-items.ts'
import type { OrderItem, OrderMessage, OrderStatus } from './order-body.ts'
import type { OrderStep } from './order-status.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM, SHOP_ORDER_STATUS } from './order-tables.ts'

const o = SHOP_ORDER
const st = SHOP_ORDER_STATUS

export type StoredOrder = RowOf<typeof SHOP_ORDER>

/** By what an order's customer may be known. */
export type OrderKeys = Pick<StoredOrder, keyof GivenNames | 'phone_tail' | 'shop_user_id'>

/** Of what a file told without saying of which shop. */
export const DEFAULT_SOURCE = '文件导入'

/** The order's row, made from this message if it is the first, and held until the transaction ends. Throws orders.two-shops
 *  when the message does not say which shop's it is and two have this number. */
export async function holdOrder(
  tx: Tx,
  order: OrderMessage,
  keys: OrderKeys,
  nowMs: number,
): Promise<{ row: StoredOrder; isFirst: boolean }> {
  const source = order.source ?? (await sourceOf(tx, order.orderId)) ?? DEFAULT_SOURCE
  await nameShop(tx, order, source)
  const inserted = await tx.insertIgnore(o, [firstRowOf(order, keys, { source, nowMs })])
  const isIt = sql`${o.order_id} = ${order.orderId} AND ${o.source} = ${source}`
  const row = await tx.row(sql`SELECT ${all(o)} FROM ${o} WHERE ${isIt} ${lock()}`)
  if (row === undefined) throw new Error('an order that was just stored is not there')
  return { row, isFirst: inserted > 0 }
}

/** An order as the first message about it begins it. */
export const firstRowOf = (
  order: OrderMessage,
  keys: OrderKeys,
  { source, nowMs }: { source: string; nowMs: number },
) => ({
  order_id: order.orderId,
  status: order.status,
  total_fen: order.totalFen,
  source,
  ...keys,
  created_at:
    order.createdAtMs ??
    Math.min(nowMs, ...[order.paidAtMs, order.atMs, order.supposedAtMs].filter((atMs) => atMs !== undefined)),
})

/** A file that named no shop told of it first: now we hear which shop's it is. Another worth is another order. */
async function nameShop(tx: Tx, order: OrderMessage, source: string): Promise<void> {
  if (source === DEFAULT_SOURCE) return
  const rows = await tx.rows(
    sql`SELECT ${pick(o, 'id', 'source', 'total_fen')} FROM ${o} WHERE ${o.order_id} = ${order.orderId} ${lock()}`,
  )
  const unnamed = rows.find((row) => row.source === DEFAULT_SOURCE)
  if (unnamed === undefined || rows.some((row) => row.source === source)) return
  if (isOfWorth(order, unnamed.total_fen)) await changeOrder(tx, unnamed.id, { source })
}

/** What is said of an order may be said of one that is worth so much. */
export const isOfWorth = ({ status, totalFen }: Pick<OrderMessage, 'status' | 'totalFen'>, fen: number): boolean =>
  status === 'refunded' ? totalFen <= fen : totalFen === fen

async function sourceOf(tx: Tx, orderId: string): Promise<string | undefined> {
  const [first, second] = await tx.rows(
    sql`SELECT ${pick(o, 'source')} FROM ${o} WHERE ${o.order_id} = ${orderId} ORDER BY ${o.id} LIMIT 2`,
  )
  if (first === undefined || second === undefined) return first?.source
  throw new AppError('orders.two-shops', 'two shops have this order number', {
    status: 409,
    zh: `「${first.source}」和「${second.source}」都有这个订单号，请加上「来源」写明是哪家店`,
  })
}

/** Held until the transaction ends. */
export const orderById = (tx: Tx, id: number): Promise<StoredOrder | undefined> =>
  tx.row(sql`SELECT ${all(o)} FROM ${o} WHERE ${o.id} = ${id} ${lock()}`)

export async function changeOrder(tx: Tx, id: number, changes: Partial<StoredOrder>): Promise<void> {
  if (Object.keys(changes).length === 0) return
  await tx.run(sql`UPDATE ${o} SET ${set(o, changes)} WHERE ${o.id} = ${id}`)
}

/** True when the order did not have this status before. */
export const addStatus = async (tx: Tx, shopOrderId: number, status: OrderStep, atMs: number): Promise<boolean> =>
  (await tx.insertIgnore(st, [{ shop_order_id: shopOrderId, status, at: atMs }])) > 0

/** True once per status. */
export const announceOnce = async (tx: Tx, shopOrderId: number, status: OrderStep): Promise<boolean> =>
  (await tx.run(
    sql`UPDATE ${st} SET ${set(st, { announced: 1 })}
        WHERE ${st.shop_order_id} = ${shopOrderId} AND ${st.status} = ${status} AND ${st.announced} = 0`,
  )) > 0

/** The order will be told to be at this status once more. */
export const untellStatus = async (tx: Tx, shopOrderId: number, status: OrderStatus): Promise<void> => {
  await tx.run(
    sql`UPDATE ${st} SET ${set(st, { announced: 0 })}
        WHERE ${st.shop_order_id} = ${shopOrderId} AND ${st.status} = ${status}`,
  )
}

/** True when the order came to this status at another instant than was known. */
export async function correctStatusTime(
  tx: Tx,
  shopOrderId: number,
  status: OrderStatus,
  toldMs: number,
): Promise<boolean> {
  const isIt = sql`${st.shop_order_id} = ${shopOrderId} AND ${st.status} = ${status}`
  const known = await tx.row(sql`SELECT ${pick(st, 'at')} FROM ${st} WHERE ${isIt}`)
  if (known === undefined || !isOtherTime(known.at, toldMs)) return false
  await tx.run(sql`UPDATE ${st} SET ${set(st, { at: toldMs })} WHERE ${isIt}`)
  return true
}

export async function statusesOf(tx: Tx, shopOrderId: number): Promise<{ status: OrderStep; at: number }[]> {
  const rows = await tx.rows(
    sql`SELECT ${pick(st, 'status', 'at')} FROM ${st} WHERE ${st.shop_order_id} = ${shopOrderId}
        ORDER BY ${st.at}, ${st.id}`,
  )
  return rows.flatMap(({ status, at }) => (status === 'goods' ? [] : [{ status, at }]))
}

/** The items as the shop has them now; true when they were others before. No items say nothing. Without a
 *  catalogue the job labels them. */
export async function putItems(
  tx: Tx,
  shopOrderId: number,
  items: readonly OrderItem[],
  catalogue?: Catalogue,
): Promise<boolean> {
  if (items.length === 0) return false
  const it = SHOP_ORDER_ITEM
  const known = await tx.rows(
    sql`SELECT ${pick(it, 'sku', 'name', 'quantity', 'price_fen', 'category', 'line_id')} FROM ${it}
        WHERE ${it.shop_order_id} = ${shopOrderId} ORDER BY ${it.line_no}`,
  )
  const wanted = itemsBeside(known, items)
  if (areSameItems(wanted, known)) return false
  await tx.run(sql`DELETE FROM ${it} WHERE ${it.shop_order_id} = ${shopOrderId}`)
  await tx.insertIgnore(
    it,
    wanted.map((one, line) => ({ shop_order_id: shopOrderId, line_no: line, ...one, ...labelsOf(one, catalogue) })),
  )
  await changeOrder(tx, shopOrderId, { has_items: 1 })
  return true
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
