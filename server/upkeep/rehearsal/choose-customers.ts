import { count, pick, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { drawPoint } from '../../core/kernel/draw.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { CUSTOMER } from '../../records/customers/customer-tables.ts'

/** Who takes part in a rehearsal. */
export interface Cast {
  total: number
  /** external_userids; undefined: everybody. */
  drawn: ReadonlySet<string> | undefined
  /** What figures about the drawn must be multiplied by; 1 when everybody takes part. */
  factor: number
}

const PAGE = 1_000

/** Everybody, or, of more than `most`, the customers of whole guides, drawn by a share that stays the same: a guide's day
 *  is then as full as in reality. Customers without a guide are drawn one by one. */
export async function chooseCustomers(tx: ReadTx, most: number): Promise<Cast> {
  const total = (await tx.row(sql`SELECT ${select({ total: count() })} FROM ${CUSTOMER}`))?.total ?? 0
  if (total <= most) return { total, drawn: undefined, factor: 1 }
  const share = most / total
  const drawn = new Set<string>()
  for (let after = ''; ; ) {
    const { external_userid } = CUSTOMER
    const page = await tx.rows(
      sql`SELECT ${pick(CUSTOMER, 'external_userid')} FROM ${CUSTOMER}
          WHERE ${external_userid} > ${after} ORDER BY ${external_userid} LIMIT ${PAGE}`,
    )
    const ids = page.map((row) => row.external_userid)
    const owners = await customerQueries.ownersOf(tx, ids)
    for (const id of ids) if (drawPoint('rehearsal', owners.get(id) ?? id) < share) drawn.add(id)
    after = ids.at(-1) ?? after
    if (ids.length < PAGE) break
  }
  return { total, drawn, factor: drawn.size === 0 ? 1 : total / drawn.size }
}
