import { count, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { NamedRule, RuleRename } from '../../rules/book/rule-rename.ts'
import type { RuleNames } from '../define-capability.ts'
import { pathOf } from '../tags/record-tag-listing.ts'
import { TOLD_TAG as t } from './told-tag-tables.ts'

const isPath = (path: string): Sql => sql`${t.path} = ${path}`
const inGroup = (group: string): Sql => sql`SUBSTR(${t.path}, 1, ${group.length + 1}) = ${`${group}/`}`

async function rename(tx: Tx, renamed: RuleRename): Promise<void> {
  const { from, to } = renamed
  if (renamed.kind === 'tag') {
    await updateFree(tx, t, { path: pathOf(renamed.within, to) }, isPath(pathOf(renamed.within, from)))
  } else if (renamed.kind === 'tag-group') {
    const told = await tx.rows(sql`SELECT DISTINCT ${select({ path: t.path })} FROM ${t} WHERE ${inGroup(from)}`)
    for (const { path } of told)
      await updateFree(tx, t, { path: pathOf(to, path.slice(from.length + 1)) }, isPath(path))
  }
}

/** What waits for its customer would be borne by nobody. */
async function isInUse(tx: ReadTx, named: NamedRule): Promise<boolean> {
  if (named.kind !== 'tag' && named.kind !== 'tag-group') return false
  const isIt = named.kind === 'tag' ? isPath(pathOf(named.within, named.name)) : inGroup(named.name)
  const waiting = await tx.row(
    sql`SELECT ${select({ n: count() })} FROM ${t} WHERE ${t.external_userid} IS NULL AND ${isIt}`,
  )
  return (waiting?.n ?? 0) > 0
}

/** Tags are told by the names that they had then. */
export const toldTagRuleNames: RuleNames = { rename, isInUse }
