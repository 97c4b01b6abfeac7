import { alias } from '../../core/db/define-table.ts'
import { count, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { OriginPart } from './order-origin.ts'
import { SHOP_ORDER_ORIGIN } from './order-origin-tables.ts'
import { SHOP_ORDER } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'o')
const w = alias(SHOP_ORDER_ORIGIN, 'w')
const MOST = 500

/** What a shop said of so many orders. */
export interface ToldWord {
  source: string
  part: OriginPart
  word: string
  orders: number
}

/** What shops say in one part of the origin of orders that were paid since then, those of most orders first. */
export const toldWords = (tx: ReadTx, part: OriginPart, sinceMs: number): Promise<ToldWord[]> =>
  tx.rows(
    sql`SELECT ${select({ source: o.source, part: w.part, word: w.word, orders: count() })}
        FROM ${w} JOIN ${o} ON ${o.id} = ${w.shop_order_id}
        WHERE ${w.part} = ${part} AND ${o.paid_at} >= ${sinceMs}
        GROUP BY ${o.source}, ${w.part}, ${w.word} ORDER BY orders DESC, ${w.word} LIMIT ${MOST}`,
  )
