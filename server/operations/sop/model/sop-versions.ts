import type { Tx } from '../../../core/db/tx.ts'
import { walkableOf } from '../../../rules/book/bind-sop.ts'
import type { RuleBookHolder, SopVersion } from '../../../rules/book/rule-book.ts'
import type { FactShape } from '../../../rules/condition/fact.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import { ruleVersion } from '../../../rules/versions/rule-version-store.ts'

export interface SopVersionsDeps {
  rules: Pick<RuleBookHolder, 'current'>
  /** Against these the conditions of versions from the database are understood. */
  facts: { list: readonly FactShape[] }
}

/** The very version of a journey that somebody began with; undefined when it cannot be found. */
export type SopVersions = (tx: Tx, name: string, version: string) => Promise<SopVersion | undefined>

/** From the files, or from the database when it is no longer in them. */
export function createSopVersions({ rules, facts }: SopVersionsDeps): SopVersions {
  const stored = storedVersions(facts.list)
  // What a version says never changes under one book; another may have renamed what it asks for.
  const old = new Map<string, SopVersion>()
  let oldOf = rules.current()

  return async (tx, name, version) => {
    const book = rules.current()
    if (book !== oldOf) old.clear()
    oldOf = book
    const current = book.sops.get(name)
    if (current?.version === version) return current
    const known = old.get(`${name}@${version}`)
    if (known !== undefined) return known
    const found = await stored(tx, name, version)
    if (found !== undefined) old.set(`${name}@${version}`, found)
    return found
  }
}

/** For a command, which has no rules in force: from the database alone. */
export const storedVersions =
  (facts: readonly FactShape[]): SopVersions =>
  async (tx, name, version) => {
    const value = await ruleVersion<SopRule>(tx, 'sop', name, version)
    return value === undefined ? undefined : walkableOf({ name, version, value }, facts)
  }
