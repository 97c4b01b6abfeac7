import { alias } from '../../core/db/define-table.ts'
import { list, select, sql } from '../../core/db/sql.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { setFact } from '../facts/row-facts.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'

const f = alias(FOLLOW_TAG, 'f')
const t = alias(CORP_TAG, 't')

const byName = setFact(
  {
    // COALESCE changes nothing but the way: from a customer's rows to the tags. For a page of customers MariaDB would otherwise first
    // write down all who have the tag.
    from: `${f} JOIN ${t} ON ${t.tag_id} = COALESCE(${f.tag_id}, '') AND ${t.gone_at} IS NULL`,
    customer: `${f.external_userid}`,
  },
  { path: 'tags', zh: '标签', names: 'tag', member: `${t.path}` },
)

/** Tags at any of the customer's guides, as 组/名. */
export const tagsFact: Fact = {
  ...byName,
  lookedUp: async (tx, paths) => {
    const rows = await tx.rows(
      sql`SELECT ${select({ id: t.tag_id, path: t.path })} FROM ${t} WHERE ${t.gone_at} IS NULL AND ${t.path} IN ${list(paths)}`,
    )
    // MySQL finds 'VIP' by 'VIP ' too.
    const byPath = groupBy(rows, ({ path }) => path)
    return (path) => {
      const params = (byPath.get(path) ?? []).map(({ id }) => id)
      if (params.length === 0) return { text: '1 = 0', params }
      // By one id the rows lie in the order of the customers: MariaDB begins with them.
      const isOne = params.length === 1 ? '= ?' : `IN (${params.map(() => '?').join(', ')})`
      const text = `EXISTS (SELECT 1 FROM ${f} WHERE ${f.external_userid} = c.external_userid AND ${f.tag_id} ${isOne})`
      return { text, params }
    }
  },
}
