import type { Db } from '../../core/db/db.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { ShopMemory } from '../../platform/shops/shop-connection.ts'
import { SHOP_BUYER, SHOP_SEEN } from './shop-tables.ts'

const s = SHOP_SEEN
const b = SHOP_BUYER

export async function recall(tx: Tx, shop: string, keys: readonly string[]): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map()
  const isAmong = sql`${s.shop} = ${shop} AND ${s.subject} IN ${list(keys)}`
  const rows = await tx.rows(sql`SELECT ${pick(s, 'subject', 'mark')} FROM ${s} WHERE ${isAmong}`)
  return new Map(rows.map(({ subject, mark }) => [subject, mark]))
}

/** Takes the place of what was kept under a key. Safe to repeat. */
export async function keepInMind(
  tx: Tx,
  shop: string,
  entries: ReadonlyMap<string, string>,
  nowMs: number,
): Promise<void> {
  if (entries.size === 0) return
  const rows = [...entries].map(([subject, mark]) => ({ shop, subject, mark, seen_at: nowMs }))
  await tx.upsert(s, rows, ['shop', 'subject'])
}

/** What one shop's connection keeps in mind, for all processes. */
export const createShopMemory = ({ db, clock, shop }: { db: Db; clock: Clock; shop: string }): ShopMemory => ({
  get: (keys) => db.statement((tx) => recall(tx, shop, keys)),
  put: (entries) => db.tx((tx) => keepInMind(tx, shop, entries, clock.now())),
})

/** Whom pushes named, since no interface tells it. Safe to repeat. */
export async function keepBuyers(
  tx: Tx,
  buyers: readonly { shop: string; shopUserId: string; unionId: string }[],
  nowMs: number,
): Promise<void> {
  const each = new Map(buyers.map((one) => [`${one.shop}/${one.shopUserId}`, one]))
  if (each.size === 0) return
  const rows = [...each.values()].map(({ shop, shopUserId, unionId }) => ({
    ...{ shop, shop_user_id: shopUserId, given_unionid: unionId, seen_at: nowMs },
  }))
  await tx.upsert(b, rows, ['shop', 'shop_user_id'])
}

/** A buyer by the shop's own number. */
export interface NumberedBuyer {
  shop: string
  shopUserId: string
}
const buyerKey = ({ shop, shopUserId }: NumberedBuyer): string => JSON.stringify([shop, shopUserId])

/** Which of a shop's buyers have this union id, as pushes have told. */
export async function membersOf(tx: Tx, shop: string, unionId: string): Promise<string[]> {
  const isTheirs = sql`${b.shop} = ${shop} AND ${b.given_unionid} = ${unionId}`
  return (await tx.rows(sql`SELECT ${pick(b, 'shop_user_id')} FROM ${b} WHERE ${isTheirs}`)).map(
    ({ shop_user_id }) => shop_user_id,
  )
}

/** Which union id pushes have told of each, by whoever of them is asked; a statement for a thousand. */
export async function unionIdsOf(
  tx: Tx,
  buyers: readonly NumberedBuyer[],
): Promise<(buyer: NumberedBuyer) => string | undefined> {
  const shops = [...new Set(buyers.map(({ shop }) => shop))]
  const rows = await eachChunk([...new Set(buyers.map(({ shopUserId }) => shopUserId))], (part) => {
    const isAmong = sql`${b.shop} IN ${list(shops)} AND ${b.shop_user_id} IN ${list(part)}`
    return tx.rows(sql`SELECT ${pick(b, 'shop', 'shop_user_id', 'given_unionid')} FROM ${b} WHERE ${isAmong}`)
  })
  const found = new Map(
    rows.map(({ shop, shop_user_id: shopUserId, given_unionid }) => [buyerKey({ shop, shopUserId }), given_unionid]),
  )
  return (buyer) => found.get(buyerKey(buyer)) ?? undefined
}
