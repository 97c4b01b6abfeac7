import type { RowOf } from '../../core/db/define-table.ts'
import { pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { isOtherTime } from './is-other-time.ts'
import type { OrderMessage } from './order-body.ts'
import { SHOP_ORDER_REFUND } from './order-tables.ts'

const r = SHOP_ORDER_REFUND
/** Of a refund without a number of its own: what it tells is the sum until now. No number of a shop's is empty. */
export const SUM = ''

export interface Refund {
  refundId: string | undefined
  fen: number
  atMs: number
}

export type RefundRow = Pick<RowOf<typeof r>, 'refund_id' | 'fen' | 'at'>

/** What a refund told: `news`, more than was known or another part; `corrected`, the same refund otherwise than before. */
export type RefundResult = 'news' | 'corrected' | 'unchanged'

/** What came back by a message; undefined: nothing. `atMs`: of its status, told or supposed. */
export function refundBy(
  order: Pick<OrderMessage, 'status' | 'totalFen' | 'refundedFen' | 'refundId' | 'atMs'>,
  atMs: number,
): (Refund & { isTimeTold: boolean }) | undefined {
  const isWhole = order.status === 'refunded'
  const fen = isWhole ? order.totalFen : (order.refundedFen ?? 0)
  if (fen === 0) return undefined
  return { refundId: isWhole ? order.refundId : undefined, fen, atMs, isTimeTold: isWhole && order.atMs !== undefined }
}

/** Keeps a refund of an order. A sum never falls: news may come late. What has a number of its own is as it was told last.
 *  `isTimeTold`: else `atMs` is a guess, which corrects nothing. */
export async function addRefund(
  tx: Tx,
  shopOrderId: number,
  { refundId, fen, atMs, isTimeTold }: Refund & { isTimeTold: boolean },
): Promise<RefundResult> {
  const row = { shop_order_id: shopOrderId, refund_id: refundId ?? SUM, fen, at: atMs }
  if ((await tx.insertIgnore(r, [row])) > 0) return 'news'
  const isIt = sql`${r.shop_order_id} = ${shopOrderId} AND ${r.refund_id} = ${row.refund_id}`
  const known = await tx.row(sql`SELECT ${pick(r, 'fen', 'at')} FROM ${r} WHERE ${isIt}`)
  if (known === undefined) throw new Error('a refund that was just stored is not there')
  const isOther = refundId === undefined ? fen > known.fen : fen !== known.fen && atMs >= known.at
  if (isOther) {
    await tx.run(sql`UPDATE ${r} SET ${set(r, { fen, at: atMs, announced: 0 })} WHERE ${isIt}`)
    return fen > known.fen ? 'news' : 'corrected'
  }
  if (fen !== known.fen || !isTimeTold || !isOtherTime(known.at, atMs)) return 'unchanged'
  await tx.run(sql`UPDATE ${r} SET ${set(r, { at: atMs })} WHERE ${isIt}`)
  return 'corrected'
}

/** All that came back so far is told anew: it was no whole refund after all. */
export const untellRefunds = async (tx: Tx, shopOrderId: number): Promise<void> => {
  await tx.run(sql`UPDATE ${r} SET ${set(r, { announced: 0 })} WHERE ${r.shop_order_id} = ${shopOrderId}`)
}

/** What has come back in all, and when the last of it: the sum that the shop told, or its parts, whichever is more. */
export function sumOfRefunds(rows: readonly RefundRow[]): {
  fen: number
  atMs: number | undefined
} {
  const sum = rows.find((row) => row.refund_id === SUM)?.fen ?? 0
  const parts = rows.reduce((total, row) => (row.refund_id === SUM ? total : total + row.fen), 0)
  return { fen: Math.max(sum, parts), atMs: rows.length === 0 ? undefined : Math.max(...rows.map((row) => row.at)) }
}

/** In the order in which they came. */
export const refundsOf = (tx: Tx, shopOrderId: number) =>
  tx.rows(
    sql`SELECT ${pick(r, 'id', 'refund_id', 'fen', 'at')} FROM ${r} WHERE ${r.shop_order_id} = ${shopOrderId}
        ORDER BY ${r.id}`,
  )

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
