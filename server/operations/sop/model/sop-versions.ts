import type { Tx } from '../../../core/db/tx.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import type { SopRule } from '../../../rules/schema/sop-rule.ts'
import { ruleVersion } from '../../../rules/versions/rule-version-store.ts'

export interface SopVersion {
  name: string
  version: string
  /** What people call it. */
  title: string
  value: SopRule
}

export interface SopVersionsDeps {
  rules: Pick<RuleBookHolder, 'current'>
  /** A version that is no longer in the files. */
  storedSop: (tx: Tx, name: string, version: string) => Promise<SopRule | undefined>
}

/** The very version of a journey that somebody began with, from the files or from the database. */
export function createSopVersions({ rules, storedSop }: SopVersionsDeps) {
  // A version never changes, so one that was found stays good.
  const old = new Map<string, SopVersion>()

  return async (tx: Tx, name: string, version: string): Promise<SopVersion | undefined> => {
    const current = rules.current().sops.get(name)
    if (current?.version === version) return { name, version, title: current.title, value: current.value }
    const known = old.get(`${name}@${version}`)
    if (known !== undefined) return known
    const value = await storedSop(tx, name, version)
    if (value === undefined) return undefined
    const found = { name, version, title: value.name, value }
    old.set(`${name}@${version}`, found)
    return found
  }
}

export type SopVersions = ReturnType<typeof createSopVersions>

/** The same for a command, which has no rules in force: from the database alone. */
export const storedVersions: SopVersions = async (tx, name, version) => {
  const value = await ruleVersion<SopRule>(tx, 'sop', name, version)
  return value === undefined ? undefined : { name, version, title: value.name, value }
}
