import type { Db } from '../server/core/db/db.ts'
import { count, select, sql } from '../server/core/db/sql.ts'
import { INBOUND_EVENT } from '../server/engine/inbox/event-tables.ts'
import { CUSTOMER } from '../server/records/customers/customer-tables.ts'

/** Customers whose union ids are `oKnown0`, `oKnown1`, …; nothing else is known of them. */
export async function fillKnown(db: Db, customers: number): Promise<void> {
  for (let at = 0; at < customers; at += 1_000) {
    const some = Array.from({ length: Math.min(1_000, customers - at) }, (_, n) => ({
      external_userid: `wmVisitor${at + n}`,
      unionid: `oKnown${at + n}`,
      known_at: Date.now(),
    }))
    await db.tx((tx) => tx.insertIgnore(CUSTOMER, some))
  }
}

/** How many have not been handled yet. */
export const eventsLeft = (db: Db): Promise<number> =>
  db.tx(async (tx) => {
    const n = select({ n: count() })
    return (await tx.row(sql`SELECT ${n} FROM ${INBOUND_EVENT} WHERE ${INBOUND_EVENT.state} = 'new'`))?.n ?? 0
  })
