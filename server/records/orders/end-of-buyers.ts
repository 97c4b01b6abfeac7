import { isWithin, type Span } from '../../core/db/span.ts'
import { count, raw, select, sql, words } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SHOP_ORDER } from './order-tables.ts'

const o = SHOP_ORDER

/** Where the first `limit` customers of the span end who have orders, whatever became of these; its own end where there are no
 *  more. Who looks for what few have bought then looks at no more orders than those, instead of at all until enough are found. */
export async function endOfBuyers(tx: ReadTx, span: Span, limit: number): Promise<string | undefined> {
  const who = select({ id: words(sql`${o.external_userid}`) })
  const page = await tx.row(
    sql`SELECT ${select({ many: count(), last: words<string | null>(raw('MAX(d.id)')) })} FROM (
          SELECT DISTINCT ${who} FROM ${o} WHERE ${isWithin(o.external_userid, span)}
          ORDER BY ${o.external_userid} LIMIT ${limit}) d`,
  )
  return page === undefined || page.many < limit ? span.upTo : (page.last ?? undefined)
}
