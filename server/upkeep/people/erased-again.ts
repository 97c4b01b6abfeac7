import type { Db } from '../../core/db/db.ts'
import { pick, sql } from '../../core/db/sql.ts'
import { CUSTOMER } from '../../records/customers/customer-tables.ts'
import { type Erasures, idAlone } from '../../records/privacy/erasures.ts'

/** Customers looked at in one transaction. */
const PAGE = 1_000

/** Who is stored although they are on the list: a backup from before their erasure has brought them back. Who became a customer
 *  after it has begun anew and is none of these. */
export async function erasedAgain(db: Db, erasures: Erasures): Promise<string[]> {
  const found: string[] = []
  for (let after = ''; ; ) {
    const from = after
    const page = await db.tx((tx) =>
      tx.rows(
        sql`SELECT ${pick(CUSTOMER, 'external_userid', 'known_at')} FROM ${CUSTOMER}
            WHERE ${CUSTOMER.external_userid} > ${from} ORDER BY ${CUSTOMER.external_userid} LIMIT ${PAGE}`,
      ),
    )
    await db.tx(async (tx) => {
      for (const { external_userid: id, known_at: knownAtMs } of page) {
        const erasedAtMs = await erasures.erasedAtMs(tx, idAlone(id))
        if (erasedAtMs !== undefined && knownAtMs <= erasedAtMs) found.push(id)
      }
    })
    const last = page.at(-1)?.external_userid
    if (last === undefined || page.length < PAGE) return found
    after = last
  }
}
