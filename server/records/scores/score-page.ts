import type { RowOf } from '../../core/db/define-table.ts'
import { isWithin } from '../../core/db/span.ts'
import { all, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import type { Measured } from '../orders/purchases-by.ts'
import type { Measure } from './measure.ts'
import { CUSTOMER_SCORE, SCORE_MOVE } from './score-tables.ts'

const s = CUSTOMER_SCORE
const m = SCORE_MOVE

/** The next customers of whom anything is known: by their orders, by points that were written, or by moves. */
export interface ScorePage {
  measured: readonly Measured[]
  stored: readonly RowOf<typeof CUSTOMER_SCORE>[]
  /** All of them, and perhaps some who come later. */
  ids: readonly string[]
  /** With whom it ends; undefined: nobody comes after. */
  last: string | undefined
}

/** Of each kind it reads no more than `limit` customers and ends where the first kind does: rules that few fit find few buyers
 *  between two pages of points that were written by others. */
export async function scorePage(
  tx: ReadTx,
  measure: Pick<Measure, 'endOfPage' | 'within'>,
  { after, limit }: { after: string; limit: number },
): Promise<ScorePage> {
  const movers = await tx.rows(
    sql`SELECT DISTINCT ${select({ id: m.external_userid })} FROM ${m}
        WHERE ${isWithin(m.external_userid, { after, upTo: undefined })} ORDER BY ${m.external_userid} LIMIT ${limit}`,
  )
  const upTo = await measure.endOfPage(
    tx,
    { after, upTo: movers.length < limit ? undefined : movers.at(-1)?.id },
    limit,
  )
  const stored = await tx.rows(
    sql`SELECT ${all(s)} FROM ${s} WHERE ${isWithin(s.external_userid, { after, upTo })}
        ORDER BY ${s.external_userid} LIMIT ${limit}`,
  )
  const last = stored.length < limit ? upTo : stored.at(-1)?.external_userid
  const measured = await measure.within(tx, { after, upTo: last })
  const ids = [
    ...movers.map(({ id }) => id),
    ...stored.map((row) => row.external_userid),
    ...measured.map(({ externalUserId }) => externalUserId),
  ]
  return { measured, stored, ids: [...new Set(ids)], last }
}
