import type { FactShape } from '../condition/fact.ts'
import { conditionOf } from '../condition/parse-condition.ts'
import type { Condition, FactTest } from '../schema/condition.ts'
import { isEventTrigger, SINCE_FACTS, type SopTrigger } from '../schema/sop-trigger.ts'

const EVERYBODY: Condition = { kind: 'all', of: [] }
const fact = (path: string, test: FactTest): Condition => ({ kind: 'test', path, test })

/** What a trigger itself asks of a customer for whom it looks; nothing when events begin the journey. Throws
 *  rules.condition-invalid when an audience asks for a fact that is not among `facts`. */
export function triggerCondition(trigger: SopTrigger, facts: readonly FactShape[]): Condition {
  if (isEventTrigger(trigger)) return EVERYBODY
  if ('day' in trigger) return fact(SINCE_FACTS[trigger.since], { eq: trigger.day })
  if ('birthday' in trigger) return fact('birthday.daysUntil', { eq: trigger.birthday })
  if ('silence' in trigger) return fact('silence.days', { gte: trigger.silence })
  if ('enters' in trigger) return conditionOf(trigger.enters, facts)
  if ('leaves' in trigger) return { kind: 'not', of: conditionOf(trigger.leaves, facts) }
  return EVERYBODY
}
