import { alias, type RowOf } from '../../core/db/define-table.ts'
import { all, count, every, list, lock, pick, type Sql, select, set, some, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { CUSTOMER, CUSTOMER_LINK as k } from './customer-tables.ts'
import type { GivenNames } from './given-customer.ts'

export type StoredLink = RowOf<typeof k>

/** Who bought, by the shop's own number of them. */
export interface Member {
  source: string
  shopUserId: string
}

/** By what somebody is known in a shop. */
export interface LinkNames {
  unionId: string | undefined
  phoneHash: string | undefined
  member: Member | undefined
}

/** A row that was told of somebody, as far as links go. */
export type LinkedRow = GivenNames & { source?: string; shop_user_id?: string | null }

const c = alias(CUSTOMER, 'c')
const l = alias(k, 'l')
const STANDS = sql`${k.ended_at} IS NULL`
const isMember = ({ source, shopUserId }: Member): Sql =>
  sql`${k.source} = ${source} AND ${k.shop_user_id} = ${shopUserId}`

/** Which links a row falls under. One that carries a union id falls under those of that union id alone: two of them are two
 *  people, whatever phone they share. */
function falls({ given_unionid, phone_hash, source, shop_user_id }: LinkedRow): Sql | undefined {
  if (given_unionid !== null) return sql`${l.given_unionid} = ${given_unionid}`
  const names = [
    ...(phone_hash === null ? [] : [sql`${l.phone_hash} = ${phone_hash}`]),
    ...(typeof shop_user_id !== 'string' || source === undefined
      ? []
      : [sql`${l.source} = ${source} AND ${l.shop_user_id} = ${shop_user_id}`]),
  ]
  return names.length === 0 ? undefined : some(names)
}

/** WeCom tells another union id of the customer: two of them are two people. */
const IS_REFUTED = sql`EXISTS (SELECT 1 FROM ${c} WHERE ${c.external_userid} = ${l.external_userid} AND ${c.unionid} <> ${l.given_unionid})`
const LENDS = every([sql`${l.ended_at} IS NULL`, sql`NOT ${IS_REFUTED}`])

/** Names that people said to be a customer's. What is told under them is lent to the customer: whoever it turns out to be
 *  by WeCom's own word gets it. */
export const customerLinks = {
  /** To whom this is lent and by which link, the newest; undefined: to nobody, or by two links to two people. */
  ofRow: async (tx: ReadTx, row: LinkedRow): Promise<{ externalUserId: string; linkId: number } | undefined> => {
    const isUnder = falls(row)
    if (isUnder === undefined) return undefined
    const found = await tx.rows(
      sql`SELECT ${pick(l, 'id', 'external_userid')} FROM ${l} WHERE ${every([LENDS, isUnder])} ORDER BY ${l.id} DESC`,
    )
    const [newest] = found
    if (newest === undefined || found.some((one) => one.external_userid !== newest.external_userid)) return undefined
    return { externalUserId: newest.external_userid, linkId: newest.id }
  },

  /** Those that stand, oldest first. */
  ofCustomer: (tx: ReadTx, externalUserId: string): Promise<StoredLink[]> =>
    tx.rows(
      sql`SELECT ${all(k)} FROM ${k} WHERE ${every([STANDS, sql`${k.external_userid} = ${externalUserId}`])} ORDER BY ${k.id}`,
    ),

  /** Whose any of these names is by a link that stands. */
  holding: (tx: ReadTx, { unionId, phoneHash, member }: LinkNames): Promise<StoredLink[]> => {
    const names = [
      ...(unionId === undefined ? [] : [sql`${k.given_unionid} = ${unionId}`]),
      ...(phoneHash === undefined ? [] : [sql`${k.phone_hash} = ${phoneHash}`]),
      ...(member === undefined ? [] : [isMember(member)]),
    ]
    return names.length === 0
      ? Promise.resolve([])
      : tx.rows(sql`SELECT ${all(k)} FROM ${k} WHERE ${every([STANDS, some(names)])} ORDER BY ${k.id}`)
  },

  /** Gives its number. */
  add: (
    tx: Tx,
    externalUserId: string,
    { unionId, phoneHash, member }: LinkNames,
    { by, why, nowMs }: { by: string; why: string; nowMs: number },
  ): Promise<number> =>
    tx.insert(k, {
      ...{ external_userid: externalUserId, given_unionid: unionId ?? null, phone_hash: phoneHash ?? null },
      ...{ source: member?.source ?? null, shop_user_id: member?.shopUserId ?? null },
      ...{ linked_at: nowMs, by_whom: by.slice(0, 100), why },
    }),

  /** Undefined: there is none of this number that stands. Safe to repeat. */
  end: async (tx: Tx, id: number, { by, nowMs }: { by: string; nowMs: number }): Promise<StoredLink | undefined> => {
    const link = await tx.row(sql`SELECT ${all(k)} FROM ${k} WHERE ${every([STANDS, sql`${k.id} = ${id}`])} ${lock()}`)
    if (link === undefined) return undefined
    await tx.run(sql`UPDATE ${k} SET ${set(k, { ended_at: nowMs, ended_by: by.slice(0, 100) })} WHERE ${k.id} = ${id}`)
    return link
  },

  /** The newest first. */
  list: (tx: ReadTx, { limit, isOver }: { limit: number; isOver: boolean }): Promise<StoredLink[]> =>
    tx.rows(sql`SELECT ${all(k)} FROM ${k} WHERE ${isOver ? every([]) : STANDS} ORDER BY ${k.id} DESC LIMIT ${limit}`),
  countStanding: async (tx: ReadTx): Promise<number> =>
    (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${k} WHERE ${STANDS}`))?.n ?? 0,
}

/** To whom each of these is lent, as `ofRow` says it of one, in one statement; of rows without a member. */
export async function linkedEach(tx: ReadTx, rows: readonly GivenNames[]): Promise<(string | undefined)[]> {
  const union = [...new Set(rows.flatMap((row) => row.given_unionid ?? []))]
  const phones = [
    ...new Set(rows.flatMap((row) => (row.given_unionid === null && row.phone_hash !== null ? row.phone_hash : []))),
  ]
  const names = [
    ...(union.length === 0 ? [] : [sql`${l.given_unionid} IN ${list(union)}`]),
    ...(phones.length === 0 ? [] : [sql`${l.phone_hash} IN ${list(phones)}`]),
  ]
  if (names.length === 0) return rows.map(() => undefined)
  const links = await tx.rows(
    sql`SELECT ${pick(l, 'external_userid', 'given_unionid', 'phone_hash')} FROM ${l} WHERE ${every([LENDS, some(names)])}`,
  )
  return rows.map(({ given_unionid: unionId, phone_hash: phone }) => {
    const isUnder = (link: (typeof links)[number]): boolean =>
      unionId === null ? phone !== null && link.phone_hash === phone : link.given_unionid === unionId
    const whose = new Set(links.filter(isUnder).map((link) => link.external_userid))
    return whose.size === 1 ? [...whose][0] : undefined
  })
}
