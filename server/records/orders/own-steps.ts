import { alias } from '../../core/db/define-table.ts'
import { every, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { OrderStep } from './order-status.ts'
import { SHOP_ORDER, SHOP_ORDER_STATUS } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'o')
const s = alias(SHOP_ORDER_STATUS, 's')

export const ownSteps = {
  /** Is the order of this number the customer's, as things are? */
  isTheirs: async (
    tx: ReadTx,
    externalUserId: string,
    { orderId, source }: { orderId: string; source: string },
  ): Promise<boolean> => {
    const isIt = every([
      sql`${o.order_id} = ${orderId} AND ${o.source} = ${source}`,
      sql`${o.external_userid} = ${externalUserId}`,
    ])
    return (await tx.row(sql`SELECT 1 FROM ${o} WHERE ${isIt}`)) !== undefined
  },
  /** Has an order of theirs come to this step since an instant, UTC milliseconds? */
  hasCome: async (tx: ReadTx, externalUserId: string, step: OrderStep, sinceMs: number): Promise<boolean> => {
    const isIt = every([
      sql`${o.external_userid} = ${externalUserId}`,
      sql`${s.status} = ${step} AND ${s.at} >= ${sinceMs}`,
    ])
    return (
      (await tx.row(sql`SELECT 1 FROM ${o} JOIN ${s} ON ${s.shop_order_id} = ${o.id} WHERE ${isIt} LIMIT 1`)) !==
      undefined
    )
  },
}
