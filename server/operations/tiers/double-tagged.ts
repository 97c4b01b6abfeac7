import { alias } from '../../core/db/define-table.ts'
import { count, list, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { FOLLOW } from '../../records/customers/customer-tables.ts'
import { CORP_TAG, FOLLOW_TAG } from '../../records/tags/tag-tables.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'

const f = alias(FOLLOW, 'f')
const t = alias(FOLLOW_TAG, 't')
const c = alias(CORP_TAG, 'c')

/** Customers who bear the tags of two levels of the ladder: one of them was put on by hand, where we take nothing off. Their
 *  external_userids, in order. */
export async function doubleTagged(tx: Tx, { levels }: Ladder): Promise<string[]> {
  const tags = levels.flatMap(({ value: { tag } }) => tag ?? [])
  if (tags.length < 2) return []
  const rows = await tx.rows(
    sql`SELECT ${pick(t, 'external_userid')}, ${select({ tags: count() })}
        FROM ${t} JOIN ${c} ON ${c.tag_id} = ${t.tag_id}
          JOIN ${f} ON ${f.external_userid} = ${t.external_userid} AND ${f.userid} = ${t.userid} AND ${f.active} = 1
        WHERE ${c.path} IN ${list(tags)} AND ${c.gone_at} IS NULL
        GROUP BY ${t.external_userid} HAVING COUNT(DISTINCT ${c.path}) > 1 ORDER BY ${t.external_userid}`,
  )
  return rows.map((row) => row.external_userid)
}
