import { alias } from '../../core/db/define-table.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { CUSTOMER, FOLLOW } from '../../records/customers/customer-tables.ts'
import { CHAT_MEMBER } from '../../records/groups/group-tables.ts'
import { SHOP_ORDER } from '../../records/orders/order-tables.ts'

/** Customers looked at in one transaction. */
const PAGE = 500

const c = alias(CUSTOMER, 'c')
const f = alias(FOLLOW, 'f')
const m = alias(CHAT_MEMBER, 'm')
const o = alias(SHOP_ORDER, 'o')

/** One page of all customers, by id: who among them has been nobody's since before `leftBeforeMs`: no guide's friend, in no group,
 *  without an order. `last`: where the next page begins; undefined: that was all. */
export async function leftCustomers(
  tx: ReadTx,
  { afterId, leftBeforeMs }: { afterId: string; leftBeforeMs: number },
): Promise<{ left: string[]; last: string | undefined }> {
  const page = await tx.rows(
    sql`SELECT ${pick(c, 'external_userid')} FROM ${c} WHERE ${c.external_userid} > ${afterId}
        ORDER BY ${c.external_userid} LIMIT ${PAGE}`,
  )
  const ids = page.map((row) => row.external_userid)
  if (ids.length === 0) return { left: [], last: undefined }
  const gone = await tx.rows(
    sql`SELECT ${pick(c, 'external_userid')} FROM ${c}
        WHERE ${c.external_userid} IN ${list(ids)} AND ${c.known_at} < ${leftBeforeMs}
          AND NOT EXISTS (SELECT 1 FROM ${f} WHERE ${f.external_userid} = ${c.external_userid}
            AND (${f.active} = 1 OR ${f.lost_at} >= ${leftBeforeMs}))
          AND NOT EXISTS (SELECT 1 FROM ${m} WHERE ${m.member_id} = ${c.external_userid}
            AND (${m.left_at} IS NULL OR ${m.left_at} >= ${leftBeforeMs}))
          AND NOT EXISTS (SELECT 1 FROM ${o} WHERE ${o.external_userid} = ${c.external_userid}
            AND ${o.created_at} >= ${leftBeforeMs})`,
  )
  return { left: gone.map((row) => row.external_userid), last: ids.length < PAGE ? undefined : ids.at(-1) }
}
