import type { FactShape } from '../condition/fact.ts'
import { conditionOf } from '../condition/parse-condition.ts'
import type { SopRule } from '../schema/sop-rule.ts'
import { bindCondition, bindSteps, conditionsIn, pathsIn } from './bind-steps.ts'
import type { Rule, Sop, SopVersion } from './rule-book.ts'
import { versionOf } from './rule-version.ts'
import { triggerCondition } from './trigger-condition.ts'

type Written = Omit<Rule<SopRule>, 'version'>

/** A journey as a rule of a book. How widely it is released is no part of its version, nor what it was called: one that more people get is the
 *  same journey. Throws rules.condition-invalid when a condition of it asks for a fact that is not known. */
export function sopOf({ name, file, value }: Written, facts: readonly FactShape[]): Sop {
  const { rollout: _rollout, was: _was, ...journey } = value
  const bound = walkableOf({ name, version: versionOf(journey), value }, facts)
  for (const condition of conditionsIn(bound.steps)) if (condition.kind === 'unreadable') throw condition.error
  return { ...bound, file, when: conditionOf(value.when, facts), own: triggerCondition(value.trigger, facts) }
}

/** A version that people are inside, bound once; nobody can enter by it. Never throws: what an old version asks and can no
 *  longer be read is an `Unreadable` where it stands. */
export function walkableOf(
  { name, version, value }: Pick<Rule<SopRule>, 'name' | 'version' | 'value'>,
  facts: readonly FactShape[],
): SopVersion {
  const steps = bindSteps(value.steps, facts)
  const when = bindCondition(value.when, facts)
  const factPaths = pathsIn([when, ...conditionsIn(steps)])
  return { name, version, title: value.name, value, when, steps, factPaths }
}
