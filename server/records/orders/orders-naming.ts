import type { Tx } from '../../core/db/tx.ts'
import { type KnownNames, waitingFor } from '../customers/given-customer.ts'

/** Orders are given to their customer in rounds of this many. */
export const MATCH_BATCH = 500

/** Ids of orders without customer that name this one by any of the names we know. */
export const ordersNaming = (tx: Tx, customers: KnownNames, externalUserId: string): Promise<string[]> =>
  waitingFor(tx, customers, externalUserId, async (column, values) => {
    const rows = await tx.rows<{ order_id: string }>(
      `SELECT order_id FROM shop_order WHERE external_userid IS NULL
       AND ${column} IN (${values.map(() => '?').join(', ')}) ORDER BY created_at, id LIMIT ${MATCH_BATCH}`,
      values,
    )
    return rows.map((row) => row.order_id)
  })
