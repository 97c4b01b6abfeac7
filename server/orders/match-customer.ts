import type { customerQueries } from '../customers/customer-queries.ts'
import type { Tx } from '../db/tx.ts'
import type { StoredOrder } from './order-store.ts'

export interface Match {
  externalUserId: string
  by: 'externalUserId' | 'unionId' | 'phone'
}

type Customers = Pick<typeof customerQueries, 'exists' | 'byUnionId' | 'byPhoneHash' | 'identityOf'>

const theOnly = (ids: string[]): string | undefined => (ids.length === 1 ? ids[0] : undefined)

/** Whose order it is; undefined while nobody fits, or while a phone fits two people. */
export async function matchCustomer(tx: Tx, customers: Customers, order: StoredOrder): Promise<Match | undefined> {
  const given = order.given_external_userid
  if (given !== null && (await customers.exists(tx, given))) return { externalUserId: given, by: 'externalUserId' }
  if (order.given_unionid !== null) {
    const found = theOnly(await customers.byUnionId(tx, order.given_unionid))
    if (found !== undefined) return { externalUserId: found, by: 'unionId' }
  }
  if (order.phone_hash !== null) {
    const found = theOnly(await customers.byPhoneHash(tx, order.phone_hash))
    if (found !== undefined) return { externalUserId: found, by: 'phone' }
  }
  return undefined
}

/** Orders are given to their customer in rounds of this many. */
export const MATCH_BATCH = 500

/** Ids of orders without customer that name this one by any of the names we know. */
export async function ordersNaming(tx: Tx, customers: Customers, externalUserId: string): Promise<string[]> {
  const { unionId, phoneHashes } = await customers.identityOf(tx, externalUserId)
  const find = async (column: string, values: string[]): Promise<string[]> => {
    if (values.length === 0) return []
    const rows = await tx.rows<{ order_id: string }>(
      `SELECT order_id FROM shop_order WHERE external_userid IS NULL
       AND ${column} IN (${values.map(() => '?').join(', ')}) ORDER BY created_at, id LIMIT ${MATCH_BATCH}`,
      values,
    )
    return rows.map((row) => row.order_id)
  }
  const found = [
    ...(await find('given_external_userid', [externalUserId])),
    ...(await find('given_unionid', unionId === undefined ? [] : [unionId])),
    ...(await find('phone_hash', phoneHashes)),
  ]
  return [...new Set(found)]
}
