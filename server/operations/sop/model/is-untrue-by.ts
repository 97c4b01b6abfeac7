import type { Facts } from '../../../rules/condition/fact.ts'
import { holds } from '../../../rules/condition/holds.ts'
import { basePath } from '../../../rules/condition/narrowed.ts'
import { factPaths } from '../../../rules/condition/parse-condition.ts'
import type { Condition } from '../../../rules/schema/condition.ts'

/** Whether a part of the condition that asks for one of the `told` facts does not hold. The others may be untrue by now for
 *  another reason: a journey may itself have put the tag without which it began. */
export function isUntrueBy(condition: Condition, known: Facts, told: ReadonlySet<string>): boolean {
  if (condition.kind === 'all') return condition.of.some((part) => isUntrueBy(part, known, told))
  return factPaths(condition).some((path) => told.has(basePath(path))) && !holds(condition, known)
}
