import { select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SHOP_VISIT } from './visit-tables.ts'

const LAST_VISITS = 10_000

/** What the shop has called the goods that were looked at last: their categories, or their names and codes. */
export async function visitedGoods(tx: ReadTx, what: 'categories' | 'products'): Promise<Set<string>> {
  const v = SHOP_VISIT
  const goods = select({ category: v.category, name: v.product, number: v.product_id })
  const rows = await tx.rows(sql`SELECT ${goods} FROM ${v} ORDER BY ${v.id} DESC LIMIT ${LAST_VISITS}`)
  const names = rows.flatMap((row) => (what === 'categories' ? [row.category] : [row.name, row.number]))
  return new Set(names.flatMap((name) => (name === null || name === '' ? [] : [name])))
}
