import { count, every, number, pick, type Sql, select, some, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { CustomerIdentified } from '../customers/customer-events.ts'
import { customerLinks, type LinkNames } from '../customers/customer-links.ts'
import { customerQueries } from '../customers/customer-queries.ts'
import { SHOP_ORDER } from './order-tables.ts'

const o = SHOP_ORDER
const IS_NOBODYS = sql`${o.external_userid} IS NULL`

/** Why two are not one: `no-name` there is nothing to know them by; `other-union` two union ids are two people; `others` it is
 *  somebody else's by WeCom's own word; `theirs` it is this customer's already; `lent` somebody said that it is another's. */
export type NoMerge = 'no-name' | 'other-union' | 'others' | 'theirs' | 'lent'

export interface Waiting {
  orders: number
  fen: number
}

export interface Merge {
  externalUserId: string
  names: LinkNames
  by: string
  why: string
}

/** Union ids of a customer: by WeCom, by what people said, and by the orders that are theirs. */
async function unionIdsOf(tx: Tx, externalUserId: string): Promise<Set<string>> {
  const { unionId } = await customerQueries.identityOf(tx, externalUserId)
  const links = await customerLinks.ofCustomer(tx, externalUserId)
  const orders = await tx.rows(
    sql`SELECT DISTINCT ${pick(o, 'given_unionid')} FROM ${o}
        WHERE ${o.external_userid} = ${externalUserId} AND ${o.given_unionid} IS NOT NULL`,
  )
  const told = [...links, ...orders].flatMap((row) => row.given_unionid ?? [])
  return new Set(unionId === undefined ? told : [unionId, ...told])
}

async function whyNot(tx: Tx, { externalUserId, names }: Merge): Promise<NoMerge | undefined> {
  const { unionId, phoneHash, member } = names
  if (unionId === undefined && phoneHash === undefined && member === undefined) return 'no-name'
  const unionIds = await unionIdsOf(tx, externalUserId)
  if (unionId !== undefined && unionIds.size > 0 && !unionIds.has(unionId)) return 'other-union'
  const owners = [
    ...(unionId === undefined ? [] : await customerQueries.byUnionId(tx, unionId)),
    ...(phoneHash === undefined ? [] : await customerQueries.byPhoneHash(tx, phoneHash)),
  ]
  if (owners.some((owner) => owner !== externalUserId)) return 'others'
  const lent = await customerLinks.holding(tx, names)
  if (lent.some((link) => link.external_userid !== externalUserId)) return 'lent'
  return lent.length > 0 || (owners.length > 0 && member === undefined) ? 'theirs' : undefined
}

/** Orders that wait under these names. */
function waitingUnder({ unionId, phoneHash, member }: LinkNames): Sql {
  const names = [
    ...(unionId === undefined ? [] : [sql`${o.given_unionid} = ${unionId}`]),
    ...(phoneHash === undefined ? [] : [sql`${o.phone_hash} = ${phoneHash}`]),
    ...(member === undefined ? [] : [sql`${o.source} = ${member.source} AND ${o.shop_user_id} = ${member.shopUserId}`]),
  ]
  const ofAnother =
    unionId === undefined
      ? sql`${o.given_unionid} IS NULL`
      : sql`${o.given_unionid} = ${unionId} OR ${o.given_unionid} IS NULL`
  return every([IS_NOBODYS, some(names), ofAnother])
}

export const waitingOrders = {
  under: async (tx: ReadTx, names: LinkNames): Promise<Waiting> => {
    const sum = select({ orders: count(), fen: number(sql`COALESCE(SUM(${o.total_fen}), 0)`) })
    const row = await tx.row(sql`SELECT ${sum} FROM ${o} WHERE ${waitingUnder(names)}`)
    return row ?? { orders: 0, fen: 0 }
  },
  /** By what the buyer of an order that waits is known; several shops may use one number. */
  namesOf: async (tx: ReadTx, orderId: string): Promise<(LinkNames & { source: string })[]> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(o, 'source', 'given_unionid', 'phone_hash', 'shop_user_id')} FROM ${o}
          WHERE ${every([IS_NOBODYS, sql`${o.order_id} = ${orderId}`])} ORDER BY ${o.id}`,
    )
    return rows.map(({ source, given_unionid: unionId, phone_hash: phoneHash, shop_user_id: shopUserId }) => ({
      source,
      unionId: unionId ?? undefined,
      phoneHash: phoneHash ?? undefined,
      member: shopUserId === null ? undefined : { source, shopUserId },
    }))
  },
}

/** Somebody in a shop is said to be one of our customers: gives the number by which it is taken back. What is told under their
 *  names is lent to the customer as soon as the server hears of it: whoever WeCom or the shop identifies gets it all the same, and
 *  after `endLink` both sides are as they would have been. */
export async function mergeNames(
  tx: Tx,
  merge: Merge,
  { clock, emit }: { clock: Clock; emit: Emit },
): Promise<{ linkId: number } | { no: NoMerge }> {
  const no = await whyNot(tx, merge)
  if (no !== undefined) return { no }
  const { externalUserId, names, by, why } = merge
  const linkId = await customerLinks.add(tx, externalUserId, names, { by, why, nowMs: clock.now() })
  await emit(tx, CustomerIdentified, { key: `link:${linkId}`, payload: { externalUserId } })
  return { linkId }
}
