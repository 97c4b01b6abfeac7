import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { RuleRename } from '../book/rule-rename.ts'
import { canonicalJson } from '../book/rule-version.ts'
import { releaseStore } from '../release/release-store.ts'
import { renamedInRule } from './renamed-in-rule.ts'
import { RULE_VERSION } from './rule-tables.ts'

const v = RULE_VERSION

/** Journeys in which people are half-way ask for things under their old names: they get the new ones, and are still called
 *  what they were. The versions of a renamed journey are found under its new id, and explained under both. Safe to repeat. */
export async function renameInVersions(tx: Tx, renames: readonly RuleRename[]): Promise<void> {
  for (const renamed of renames) {
    if (renamed.kind === 'sop') await moveSop(tx, renamed.from, renamed.to)
    const mentioning = await tx.rows(
      sql`SELECT ${all(v)} FROM ${v} WHERE ${v.kind} = 'sop' AND ${v.content} LIKE ${`%${renamed.from}%`}`,
    )
    for (const { name, version, content: before } of mentioning) {
      const content = canonicalJson(renamedInRule(JSON.parse(before), renamed))
      if (content === before) continue
      await tx.run(
        sql`UPDATE ${v} SET ${set(v, { content })}
            WHERE ${v.kind} = 'sop' AND ${v.name} = ${name} AND ${v.version} = ${version}`,
      )
    }
  }
}

async function moveSop(tx: Tx, from: string, to: string): Promise<void> {
  const versions = await tx.rows(sql`SELECT ${all(v)} FROM ${v} WHERE ${v.kind} = 'sop' AND ${v.name} = ${from}`)
  if (versions.length > 0)
    await tx.insertIgnore(
      v,
      versions.map((row) => ({ ...row, name: to })),
    )
  await releaseStore.rename(tx, from, to)
}
