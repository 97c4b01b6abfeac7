import { count, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { customerLinks } from '../customers/customer-links.ts'
import type { Note } from '../timeline/timeline.ts'
import { ORDER_CLAIM as c } from './order-claim-tables.ts'
import { type OrderStep, statusZh } from './order-status.ts'
import type { StoredOrder } from './order-store.ts'

/** 12800 fen → ¥128, 3990 fen → ¥39.90 */
const yuan = (fen: number): string => `¥${(fen / 100).toFixed(fen % 100 === 0 ? 0 : 2)}`

/** Of one order for one customer: given by a person it may be taken back, and be told of somebody else later, or of the same
 *  one again. */
export async function orderKeyOf(tx: Tx, row: StoredOrder): Promise<string> {
  const { id, matched_by: by, external_userid: owner } = row
  if (by === 'hand') {
    const undone = await undoneOf(tx, id)
    return `${id}:hand:${owner}${undone === 0 ? '' : `:${undone}`}`
  }
  if (by !== 'link') return String(id)
  return `${id}:link:${(await customerLinks.ofRow(tx, row))?.linkId ?? owner}`
}

async function undoneOf(tx: Tx, id: number): Promise<number> {
  const isUndone = sql`${c.shop_order_id} = ${id} AND ${c.result} = 'undone'`
  return (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${c} WHERE ${isUndone}`))?.n ?? 0
}

/** What makes a note about a status the same note. `key`: of `orderKeyOf`. */
export const noteKeyOf = (key: string, status: OrderStep): string => `order:${key}:${status}`

/** `again`: what tells it from an earlier note about the same status; mostly empty. */
export function noteOfStatus({
  key,
  row,
  externalUserId,
  status,
  at,
  items,
  parcels,
  again,
}: {
  key: string
  row: StoredOrder
  externalUserId: string
  status: OrderStep
  at: number
  items: { name: string; quantity: number }[]
  /** Those that went out, for the note that they did. */
  parcels: { company: string; number: string }[]
  again: string
}): Note {
  const [first] = items
  const pieces = items.reduce((sum, item) => sum + item.quantity, 0)
  const what =
    first === undefined
      ? ''
      : items.length === 1 && pieces === 1
        ? `「${first.name}」`
        : `「${first.name}」等 ${pieces} 件`
  const isGoods = status === 'shipped' || status === 'signed'
  const by =
    parcels.length === 0 ? '' : `（${parcels.map(({ company, number }) => `${company} ${number}`.trim()).join('、')}）`
  const isLate = status === 'paid' && row.status !== 'paid'
  const overtaken = row.status === 'refunded' ? '已退款' : '已关闭'
  return {
    key: `${noteKeyOf(key, status)}${again}`,
    externalUserId,
    atMs: at,
    kind: `order.${status}`,
    text: isGoods
      ? `订单${status === 'shipped' ? '已发货' : '已签收'}${what}${by}`
      : `${status === 'created' ? '下单' : `订单${statusZh[status]}`}${what} ${yuan(row.total_fen)}${isLate ? `（订单现在${overtaken}）` : ''}`,
    reason: { text: '店铺订单', facts: { orderId: row.order_id, source: row.source } },
  }
}

export const noteOfPartRefund = (
  row: StoredOrder,
  refund: { id: number; fen: number; atMs: number },
  { key, externalUserId, refundedFen }: { key: string; externalUserId: string; refundedFen: number },
): Note => ({
  key: `order:${key}:refund:${refund.id}:${refundedFen}`,
  externalUserId,
  atMs: refund.atMs,
  kind: 'order.part-refunded',
  text: `订单退了一部分，共退 ${yuan(refundedFen)}，还剩 ${yuan(row.total_fen - refundedFen)}`,
  reason: { text: '店铺订单', facts: { orderId: row.order_id, source: row.source } },
})
