import { alias } from '../../core/db/define-table.ts'
import { count, list, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { FOLLOW } from '../../records/customers/customer-tables.ts'
import { CORP_TAG, FOLLOW_TAG, type TagSetBy } from '../../records/tags/tag-tables.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'
import { levelOf } from './judge.ts'
import { tiersOn } from './tier-store.ts'

const f = alias(FOLLOW, 'f')
const t = alias(FOLLOW_TAG, 't')
const c = alias(CORP_TAG, 'c')

const tagsOf = ({ levels }: Ladder): string[] => levels.flatMap(({ value: { tag } }) => tag ?? [])
const ON_FRIENDS = sql`${t} JOIN ${c} ON ${c.tag_id} = ${t.tag_id}
  JOIN ${f} ON ${f.external_userid} = ${t.external_userid} AND ${f.userid} = ${t.userid} AND ${f.active} = 1`

/** Customers who bear the tags of two levels of the ladder. Their external_userids, in order. */
export async function doubleTagged(tx: Tx, ladder: Ladder): Promise<string[]> {
  const tags = tagsOf(ladder)
  if (tags.length < 2) return []
  const rows = await tx.rows(
    sql`SELECT ${pick(t, 'external_userid')}, ${select({ tags: count() })}
        FROM ${ON_FRIENDS}
        WHERE ${c.path} IN ${list(tags)} AND ${c.gone_at} IS NULL
        GROUP BY ${t.external_userid} HAVING COUNT(DISTINCT ${c.path}) > 1 ORDER BY ${t.external_userid}`,
  )
  return rows.map((row) => row.external_userid)
}

/** A tag of a level on which the customer is not. */
export interface SurplusTag {
  externalUserId: string
  userId: string
  /** 组/名 */
  path: string
  setBy: TagSetBy
  /** The level on which the customer is. */
  level: string
}

const AT_ONCE = 500

/** The tags that make them double; of the first 500 customers. */
export async function surplusTags(tx: Tx, ladder: Ladder): Promise<SurplusTag[]> {
  const ids = (await doubleTagged(tx, ladder)).slice(0, AT_ONCE)
  if (ids.length === 0) return []
  const tiers = await tiersOn(tx, ladder.name, ids)
  const rows = await tx.rows(
    sql`SELECT ${select({ externalUserId: t.external_userid, userId: t.userid, path: c.path, setBy: t.set_by })}
        FROM ${ON_FRIENDS}
        WHERE ${c.path} IN ${list(tagsOf(ladder))} AND ${c.gone_at} IS NULL AND ${t.external_userid} IN ${list(ids)}
        ORDER BY ${t.id}`,
  )
  return rows.flatMap((row) => {
    const level = tiers.get(row.externalUserId)?.level
    const own = level === undefined ? undefined : levelOf(ladder, level)?.value.tag
    return level === undefined || own === undefined || row.path === own ? [] : [{ ...row, level }]
  })
}
