import { alias } from '../../core/db/define-table.ts'
import { every, list, number, type Sql, select, some, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { Span } from '../customers/own-friends.ts'
import { SHOP_ORDER, SHOP_ORDER_REFUND } from './order-tables.ts'

/** An order that was paid and whose customer is known. */
export interface PaidOrder {
  id: number
  externalUserId: string
  /** The shop. */
  source: string
  /** UTC milliseconds. */
  paidAtMs: number
}

const o = alias(SHOP_ORDER, 'o')
const r = alias(SHOP_ORDER_REFUND, 'r')
const IS_PAID = sql`${o.status} IN ('paid', 'refunded') AND ${o.paid_at} IS NOT NULL`
const ORDER = {
  id: o.id,
  source: o.source,
  externalUserId: words(sql`${o.external_userid}`),
  paidAtMs: number(sql`${o.paid_at}`),
}
const PAID_ORDER = select(ORDER)

/** Of an order, what had come back before an instant: never more than was paid, and all of it once it is sent back. */
const returnedBefore = (atMs: number): Sql => {
  const parts = sql`COALESCE((SELECT SUM(${r.fen}) FROM ${r} WHERE ${r.shop_order_id} = ${o.id} AND ${r.at} < ${atMs}), 0)`
  return sql`CASE WHEN ${o.status} = 'refunded' AND ${o.refunded_at} < ${atMs} THEN ${o.total_fen}
    WHEN ${parts} > ${o.total_fen} THEN ${o.total_fen} ELSE ${parts} END`
}

export const paidOrders = {
  byNumber: (tx: ReadTx, order: { orderId: string; source: string }): Promise<PaidOrder | undefined> =>
    tx.row(
      sql`SELECT ${PAID_ORDER} FROM ${o}
          WHERE ${every([IS_PAID, sql`${o.order_id} = ${order.orderId} AND ${o.source} = ${order.source} AND ${o.external_userid} IS NOT NULL`])}`,
    ),
  /** Those of this number, in whichever shop. */
  called: (tx: ReadTx, orderId: string): Promise<PaidOrder[]> =>
    tx.rows(
      sql`SELECT ${PAID_ORDER} FROM ${o}
          WHERE ${IS_PAID} AND ${o.external_userid} IS NOT NULL AND ${o.order_id} = ${orderId} ORDER BY ${o.id}`,
    ),
  /** Paid since then, by id, those after `afterId`. UTC milliseconds. */
  since: (
    tx: ReadTx,
    { sinceMs, afterId, limit }: { sinceMs: number; afterId: number; limit: number },
  ): Promise<PaidOrder[]> => {
    const isWanted = [
      IS_PAID,
      sql`${o.external_userid} IS NOT NULL`,
      sql`${o.paid_at} >= ${sinceMs}`,
      sql`${o.id} > ${afterId}`,
    ]
    return tx.rows(sql`SELECT ${PAID_ORDER} FROM ${o} WHERE ${every(isWanted)} ORDER BY ${o.id} LIMIT ${limit}`)
  },
  /** Of these customers, paid since then; UTC milliseconds. At most some hundred customers at once. */
  ofCustomers: (tx: ReadTx, externalUserIds: readonly string[], sinceMs: number): Promise<PaidOrder[]> =>
    tx.rows(
      sql`SELECT ${PAID_ORDER} FROM ${o}
          WHERE ${every([IS_PAID, sql`${o.external_userid} IN ${list(externalUserIds)}`, sql`${o.paid_at} >= ${sinceMs}`])}
          ORDER BY ${o.id}`,
    ),
  /** For a join, of all orders with money in a span: `id`, `external_userid` (null: nobody's yet), `is_new`: paid in it; `paid_fen` of what was paid in
   *  it, `returned_fen` of what came back in it, whenever it was paid. Over all time their difference is what stands. */
  moneyIn: ({ fromMs, untilMs }: Span): Sql => {
    const isIn = (at: Sql): Sql => sql`${at} >= ${fromMs} AND ${at} < ${untilMs}`
    const isTouched = some([
      isIn(sql`${o.paid_at}`),
      isIn(sql`${o.refunded_at}`),
      sql`${o.id} IN (SELECT ${r.shop_order_id} FROM ${r} WHERE ${isIn(sql`${r.at}`)})`,
    ])
    return sql`(SELECT ${o.id}, ${o.external_userid},
        CASE WHEN ${isIn(sql`${o.paid_at}`)} THEN 1 ELSE 0 END AS is_new,
        CASE WHEN ${isIn(sql`${o.paid_at}`)} THEN ${o.total_fen} ELSE 0 END AS paid_fen,
        (${returnedBefore(untilMs)}) - (${returnedBefore(fromMs)}) AS returned_fen
      FROM ${o} WHERE ${IS_PAID} AND (${isTouched}))`
  },
}
