import type { Db } from '../../../core/db/db.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import { splitsOf } from '../../../rules/book/splits-of.ts'
import { enterableSops } from '../../../rules/release/enterable-sops.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { holdOutResult } from './hold-out-result.ts'
import { splitResult } from './split-results.ts'

/** Looks at every experiment and hold-out, so that the evidence of days on which nobody asked is not forgotten. */
export function createLook(deps: {
  db: Db
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
}) {
  const { db, clock, rules, versions } = deps
  return async (): Promise<void> => {
    const nowMs = clock.now()
    for (const { name: sop, value } of enterableSops(rules.current())) {
      for (const { split } of splitsOf(value.steps)) {
        await db.tx((tx) => splitResult(tx, { sop, split, nowMs, versions }))
      }
      const { holdOut } = value
      if (holdOut !== undefined) await db.tx((tx) => holdOutResult(tx, { sop, holdOut, nowMs, versions }))
    }
  }
}
