import { alias } from '../../core/db/define-table.ts'
import { pick, type Sql, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { NamedRule, RuleRename } from '../../rules/book/rule-rename.ts'
import type { RuleNames } from '../define-capability.ts'
import { pathOf } from './record-tag-listing.ts'
import { CORP_TAG, FOLLOW_TAG } from './tag-tables.ts'

const t = CORP_TAG

const isThere = sql`${t.gone_at} IS NULL AND ${t.strategy_id} IS NULL`

const isTag = (group: string, name: string): Sql => sql`${isThere} AND ${t.path} = ${pathOf(group, name)}`

const isKnown = async (tx: Tx, where: Sql): Promise<boolean> =>
  (await tx.row(sql`SELECT ${pick(t, 'tag_id')} FROM ${t} WHERE ${where} LIMIT 1`)) !== undefined

/** Conditions ask for the new name from the same instant on; in WeCom the tag is renamed when its library is read next. */
async function rename(tx: Tx, renamed: RuleRename): Promise<void> {
  const { from, to } = renamed
  if (renamed.kind === 'tag-group') {
    if (await isKnown(tx, sql`${isThere} AND ${t.group_name} = ${to}`)) return
    const tags = await tx.rows(
      sql`SELECT ${pick(t, 'tag_id', 'tag_name')} FROM ${t} WHERE ${isThere} AND ${t.group_name} = ${from}`,
    )
    for (const { tag_id, tag_name } of tags) {
      await updateFree(tx, t, { group_name: to, path: pathOf(to, tag_name) }, sql`${t.tag_id} = ${tag_id}`)
    }
  } else if (renamed.kind === 'tag' && !(await isKnown(tx, isTag(renamed.within, to)))) {
    await updateFree(tx, t, { tag_name: to, path: pathOf(renamed.within, to) }, isTag(renamed.within, from))
  }
}

async function isInUse(tx: Parameters<RuleNames['isInUse']>[0], named: NamedRule): Promise<boolean> {
  const [c, f] = [alias(CORP_TAG, 'c'), alias(FOLLOW_TAG, 'f')]
  if (named.kind !== 'tag' && named.kind !== 'tag-group') return false
  const isIt =
    named.kind === 'tag' ? sql`${c.path} = ${pathOf(named.within, named.name)}` : sql`${c.group_name} = ${named.name}`
  const borne = await tx.row(
    sql`SELECT ${pick(f, 'id')} FROM ${c} JOIN ${f} ON ${f.tag_id} = ${c.tag_id}
        WHERE ${isIt} AND ${c.gone_at} IS NULL AND ${c.strategy_id} IS NULL LIMIT 1`,
  )
  return borne !== undefined
}

export const tagRuleNames: RuleNames = { rename, isInUse }
