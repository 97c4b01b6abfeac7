import { pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { SHOP_ORDER_REFUND } from './order-tables.ts'

const r = SHOP_ORDER_REFUND
/** Of a refund without a number of its own: what it tells is the sum until now. */
const SUM = 'sum'

export interface Refund {
  refundId: string | undefined
  fen: number
  atMs: number
}

/** Keeps a refund of an order; true when it says more than was known. A sum never falls: news may come late. */
export async function addRefund(tx: Tx, shopOrderId: number, { refundId, fen, atMs }: Refund): Promise<boolean> {
  const row = { shop_order_id: shopOrderId, refund_id: refundId ?? SUM, fen, at: atMs }
  if ((await tx.insertIgnore(r, [row])) > 0) return true
  if (refundId !== undefined) return false
  const more = set(r, { fen, at: atMs, announced: 0 })
  const isMore = sql`${r.shop_order_id} = ${shopOrderId} AND ${r.refund_id} = ${SUM} AND ${r.fen} < ${fen}`
  return (await tx.run(sql`UPDATE ${r} SET ${more} WHERE ${isMore}`)) > 0
}

/** What has come back in all, and when the last of it: the sum that the shop told, or its parts, whichever is more. */
export async function refundedOf(tx: Tx, shopOrderId: number): Promise<{ fen: number; atMs: number | undefined }> {
  const rows = await tx.rows(
    sql`SELECT ${pick(r, 'refund_id', 'fen', 'at')} FROM ${r} WHERE ${r.shop_order_id} = ${shopOrderId}`,
  )
  const sum = rows.find((row) => row.refund_id === SUM)?.fen ?? 0
  const parts = rows.reduce((total, row) => (row.refund_id === SUM ? total : total + row.fen), 0)
  return { fen: Math.max(sum, parts), atMs: rows.length === 0 ? undefined : Math.max(...rows.map((row) => row.at)) }
}

/** Those that nobody has been told of, the oldest first; from now on they count as told. */
export async function takeUntoldRefunds(
  tx: Tx,
  shopOrderId: number,
): Promise<{ id: number; refundId: string; fen: number; atMs: number }[]> {
  const isUntold = sql`${r.shop_order_id} = ${shopOrderId} AND ${r.announced} = 0`
  const rows = await tx.rows(
    sql`SELECT ${pick(r, 'id', 'refund_id', 'fen', 'at')} FROM ${r} WHERE ${isUntold} ORDER BY ${r.at}, ${r.id}`,
  )
  if (rows.length > 0) await tx.run(sql`UPDATE ${r} SET ${set(r, { announced: 1 })} WHERE ${isUntold}`)
  return rows.map((row) => ({ id: row.id, refundId: row.refund_id, fen: row.fen, atMs: row.at }))
}
