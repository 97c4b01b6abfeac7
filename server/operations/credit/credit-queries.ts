import { alias, type RowOf } from '../../core/db/define-table.ts'
import { all, number, type Sql, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Span } from '../../records/customers/own-friends.ts'
import { type PaidOrder, paidOrders } from '../../records/orders/paid-orders.ts'
import { ORDER_CREDIT } from './credit-tables.ts'
import { storeOf } from './store-of.ts'

/** By what credit is added up. */
export const CREDIT_BY = ['guide', 'store', 'code', 'message'] as const
export type CreditBy = (typeof CREDIT_BY)[number]

export interface CreditSum {
  /** `given`: to whom `key` says, undefined where this credit has no such side; `none`: no rule gave it to anybody; `unknown`: nobody
   *  knows whose order it is. */
  state: 'given' | 'none' | 'unknown'
  /** A userid, a department's number, a code, or `kind/name` of a contact. */
  key: string | undefined
  /** Paid in the span. */
  orders: number
  paidFen: number
  /** Came back in the span, of these and of earlier orders. */
  returnedFen: number
}

const c = alias(ORDER_CREDIT, 'c')
const KEY: Record<CreditBy, Sql> = {
  guide: sql`${c.userid}`,
  store: sql`${c.department}`,
  code: sql`${c.channel}`,
  message: sql`${c.touch}`,
}

export const creditQueries = {
  /** What orders brought in a span, by whom it is credited to; every yuan is in exactly one row, so that they add up to all orders
   *  of the span less what came back in it. The largest first. */
  sums: async (tx: ReadTx, span: Span, by: CreditBy): Promise<CreditSum[]> => {
    const money = paidOrders.moneyIn(span)
    const about = by === 'message' ? sql`${c.about}` : sql`NULL`
    const sum = select({
      state: words<CreditSum['state']>(
        sql`CASE WHEN m.external_userid IS NULL THEN 'unknown' WHEN ${c.id} IS NULL THEN 'none' ELSE 'given' END`,
      ),
      key: words<string | null>(KEY[by]),
      about: words<string | null>(about),
      orders: number(sql`SUM(m.is_new)`),
      paidFen: number(sql`SUM(m.paid_fen)`),
      returnedFen: number(sql`SUM(m.returned_fen)`),
    })
    const rows = await tx.rows(
      sql`SELECT ${sum} FROM ${money} m
          LEFT JOIN ${c} ON ${c.shop_order_id} = m.id AND ${c.external_userid} = m.external_userid
          GROUP BY 1, 2, 3`,
    )
    // More came back than was paid: what is beyond the sum is nobody's.
    const told = rows.filter(({ orders, paidFen, returnedFen }) => orders > 0 || paidFen > 0 || returnedFen > 0)
    const sums = told.map(({ about: name, key, ...row }) => ({
      ...row,
      key: key === null ? undefined : name === null ? String(key) : `${key}/${name}`,
    }))
    return sums.toSorted((a, b) => b.paidFen - b.returnedFen - (a.paidFen - a.returnedFen))
  },
  /** What is credited to one guide less what came back, in fen, by the span's name. One statement. */
  netOfGuide: async (
    tx: ReadTx,
    userId: string,
    spans: Readonly<Record<string, Span>>,
  ): Promise<Map<string, number>> => {
    const nets = Object.entries(spans).map(([name, span]) => {
      const net = sql`(SELECT COALESCE(SUM(m.paid_fen - m.returned_fen), 0) FROM ${c}
        JOIN ${paidOrders.moneyIn(span)} m ON m.id = ${c.shop_order_id} AND m.external_userid = ${c.external_userid}
        WHERE ${c.userid} = ${userId})`
      return [name, number(net)] as const
    })
    const row = await tx.row(sql`SELECT ${select(Object.fromEntries(nets))}`)
    return new Map(Object.keys(spans).map((name) => [name, row?.[name] ?? 0]))
  },
  /** Undefined: nobody's; what was decided while it was another customer's counts no more. */
  ofOrder: (tx: ReadTx, order: PaidOrder): Promise<RowOf<typeof ORDER_CREDIT> | undefined> =>
    tx.row(
      sql`SELECT ${all(c)} FROM ${c}
          WHERE ${c.shop_order_id} = ${order.id} AND ${c.external_userid} = ${order.externalUserId}`,
    ),
  /** The order is no longer this customer's. Safe to repeat. */
  forget: async (tx: Tx, order: { id: number; externalUserId: string }): Promise<void> => {
    const t = ORDER_CREDIT
    await tx.run(
      sql`DELETE FROM ${t} WHERE ${t.shop_order_id} = ${order.id} AND ${t.external_userid} = ${order.externalUserId}`,
    )
  },
  /** Gives an order to a guide because a person says so; what its rule had said is gone. Safe to repeat. */
  give: async (
    tx: Tx,
    order: { id: number; externalUserId: string },
    given: { userId: string; by: string; why: string; nowMs: number },
  ): Promise<void> => {
    const row = {
      ...{ shop_order_id: order.id, external_userid: order.externalUserId, userid: given.userId },
      ...{
        department: await storeOf(tx, given.userId),
        channel: null,
        touch: null,
        about: null,
        decided_by: 'hand' as const,
      },
      ...{ decided_at: given.nowMs, given_by: given.by.slice(0, 64), why: given.why },
    }
    await tx.upsert(ORDER_CREDIT, [row], ['shop_order_id'])
  },
}
