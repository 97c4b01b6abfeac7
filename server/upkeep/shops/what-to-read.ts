import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { ShopConnection, ShopPage } from '../../platform/shops/shop-connection.ts'
import { keepInMind, recall } from './shop-memory.ts'
import { SHOP_HINT, type WalkName } from './shop-tables.ts'

/** Which subjects of a page of a list are to be read; how they look is kept in mind, so the same page asked for again gives nothing. At
 *  night whatever changed in the week is read once more to be sure. Where a list cannot say what changed that would be every
 *  order there is, so it is those that look otherwise, and those that were given up. */
export async function whatToRead(
  tx: Tx,
  shop: { id: string; connection: Pick<ShopConnection, 'abilities'> },
  { page, walk, nowMs }: { page: ShopPage; walk: WalkName; nowMs: number },
): Promise<string[]> {
  const isNight = walk === 'nightly'
  if (isNight && shop.connection.abilities.pollBy === 'updated') return page.subjects.map(({ subject }) => subject)
  return [...(await changed(tx, shop.id, page, nowMs)), ...(isNight ? await givenUp(tx, shop.id, page) : [])]
}

/** Those of a page that look otherwise than when they were last in a list. */
async function changed(tx: Tx, shop: string, { subjects }: ShopPage, nowMs: number): Promise<string[]> {
  const marked = subjects.flatMap(({ subject, mark, as: key = subject }) =>
    mark === undefined ? [] : [{ subject, key, mark }],
  )
  if (marked.length === 0) return subjects.map(({ subject }) => subject)
  const known = await recall(
    tx,
    shop,
    marked.map(({ key }) => key),
  )
  const news = marked.filter(({ key, mark }) => known.get(key) !== mark)
  await keepInMind(tx, shop, new Map(news.map(({ key, mark }) => [key, mark])), nowMs)
  const unmarked = subjects.filter(({ mark }) => mark === undefined)
  return [...unmarked, ...news].map(({ subject }) => subject)
}

async function givenUp(tx: Tx, shop: string, { subjects }: ShopPage): Promise<string[]> {
  if (subjects.length === 0) return []
  const h = SHOP_HINT
  const isAmong = sql`${h.subject} IN ${list(subjects.map(({ subject }) => subject))}`
  const rows = await tx.rows(
    sql`SELECT ${pick(h, 'subject')} FROM ${h} WHERE ${h.shop} = ${shop} AND ${h.state} = 'dead' AND ${isAmong}`,
  )
  return rows.map(({ subject }) => subject)
}
