import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { ORIGIN_PARTS, type OrderOrigin, type OriginPart } from './order-origin.ts'
import { SHOP_ORDER_ORIGIN } from './order-origin-tables.ts'

const w = SHOP_ORDER_ORIGIN

/** A piece of news has no version: any whole picture knows better, and of two the later told does. */
export const versionOf = (whole: { version: number } | undefined): number => whole?.version ?? 0

export interface KnownOrigin {
  part: OriginPart
  word: string
  version: number
}

/** What a message says that is not known, or is known of an older picture. Each part by itself: a newer picture may not tell it. */
export const newsOf = (
  origin: OrderOrigin | undefined,
  known: readonly KnownOrigin[],
  version: number,
): KnownOrigin[] =>
  ORIGIN_PARTS.flatMap((part) => {
    const word = origin?.[part]
    const before = known.find((one) => one.part === part)
    if (word === undefined || (before !== undefined && before.version > version)) return []
    return before?.word === word && before.version === version ? [] : [{ part, word, version }]
  })

/** Keeps what a message says of where the order came from; gives the parts that were others before. Safe to repeat. */
export async function putOrigin(
  tx: Tx,
  shopOrderId: number,
  { origin, version }: { origin: OrderOrigin | undefined; version: number },
): Promise<OriginPart[]> {
  if (origin === undefined) return []
  const known = await tx.rows(
    sql`SELECT ${pick(w, 'part', 'word', 'version')} FROM ${w} WHERE ${w.shop_order_id} = ${shopOrderId}`,
  )
  const news = newsOf(origin, known, version)
  if (news.length === 0) return []
  const rows = news.map((one) => ({ shop_order_id: shopOrderId, ...one }))
  await tx.upsert(w, rows, ['shop_order_id', 'part'], ['word', 'version'])
  return news.flatMap(({ part, word }) => (known.some((one) => one.part === part && one.word === word) ? [] : [part]))
}

/** By order. */
export async function originsOf(tx: Tx, shopOrderIds: readonly number[]): Promise<Map<number, OrderOrigin>> {
  const found = new Map<number, OrderOrigin>()
  if (shopOrderIds.length === 0) return found
  const rows = await tx.rows(
    sql`SELECT ${pick(w, 'shop_order_id', 'part', 'word')} FROM ${w} WHERE ${w.shop_order_id} IN ${list([...shopOrderIds])}`,
  )
  for (const { shop_order_id: id, part, word } of rows) found.set(id, { ...found.get(id), [part]: word })
  return found
}
