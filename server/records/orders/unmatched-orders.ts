import { count, every, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { OrderStatus } from './order-body.ts'
import { SHOP_ORDER } from './order-tables.ts'

const o = SHOP_ORDER
const IS_NOBODYS = sql`${o.external_userid} IS NULL`
const HAS_NO_NAME = every([
  sql`${o.given_external_userid} IS NULL`,
  sql`${o.given_unionid} IS NULL`,
  sql`${o.phone_hash} IS NULL`,
])

export interface UnmatchedOrder {
  orderId: string
  source: string
  status: OrderStatus
  totalFen: number
  /** Of the phone, where one was told. */
  phoneTail: string | null
  unionId: string | null
  externalUserId: string | null
  createdAtMs: number
  paidAtMs: number | null
}

/** Orders whose customer nobody knows, the newest first; `hopeless`: those that name nobody whom one could know. */
export const unmatchedOrders = {
  list: (tx: Tx, { limit }: { limit: number }): Promise<UnmatchedOrder[]> => {
    const order = select({
      orderId: o.order_id,
      source: o.source,
      status: o.status,
      totalFen: o.total_fen,
      phoneTail: o.phone_tail,
      unionId: o.given_unionid,
      externalUserId: o.given_external_userid,
      createdAtMs: o.created_at,
      paidAtMs: o.paid_at,
    })
    return tx.rows(sql`SELECT ${order} FROM ${o} WHERE ${IS_NOBODYS} ORDER BY ${o.id} DESC LIMIT ${limit}`)
  },
  counts: async (tx: Tx): Promise<{ all: number; hopeless: number }> => {
    const amount = select({ amount: count() })
    const all = await tx.row(sql`SELECT ${amount} FROM ${o} WHERE ${IS_NOBODYS}`)
    const hopeless = await tx.row(sql`SELECT ${amount} FROM ${o} WHERE ${IS_NOBODYS} AND ${HAS_NO_NAME}`)
    return { all: all?.amount ?? 0, hopeless: hopeless?.amount ?? 0 }
  },
}
