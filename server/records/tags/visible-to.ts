import { alias } from '../../core/db/define-table.ts'
import { every, list, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { FOLLOW } from '../customers/customer-tables.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'

/** Customers per statement. */
const PAGE = 500

const f = alias(FOLLOW, 'f')
const m = alias(FOLLOW_TAG, 'm')
const t = alias(CORP_TAG, 't')

/** Friends of these guides, or of all, who have one of these tags (组/名) at such a guide, or all of them: the next page behind
 *  `after` by external_userid, and how many guides those are. */
export async function visibleTo(
  tx: Tx,
  staff: { currentIdOf(tx: Tx, userId: string): Promise<string>; guideIds(tx: Tx): Promise<string[]> },
  { guides, tags, after }: { guides?: readonly string[]; tags?: readonly string[]; after: string },
): Promise<{ guides: number; ids: string[] }> {
  const present = await staff.guideIds(tx)
  const named: string[] = []
  for (const one of guides ?? []) named.push(await staff.currentIdOf(tx, one))
  const own = guides === undefined ? present : present.filter((userId) => named.includes(userId))
  if (own.length === 0) return { guides: 0, ids: [] }
  const isWanted = [sql`${f.active} = 1`, sql`${f.external_userid} > ${after}`, sql`${f.userid} IN ${list(own)}`]
  if (tags !== undefined) {
    isWanted.push(sql`EXISTS (SELECT 1 FROM ${m} JOIN ${t} ON ${t.tag_id} = ${m.tag_id} AND ${t.gone_at} IS NULL
      WHERE ${m.external_userid} = ${f.external_userid} AND ${m.userid} = ${f.userid} AND ${t.path} IN ${list(tags)})`)
  }
  const rows = await tx.rows(
    sql`SELECT DISTINCT ${select({ id: f.external_userid })} FROM ${f} WHERE ${every(isWanted)}
        ORDER BY ${f.external_userid} LIMIT ${PAGE}`,
  )
  return { guides: own.length, ids: rows.map(({ id }) => id) }
}
