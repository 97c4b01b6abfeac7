import type { Facts } from '../../rules/condition/fact.ts'
import type { Condition } from '../../rules/schema/condition.ts'

/** Those of the facts that the condition asks for, to explain a decision with. */
export function askedFacts(condition: Condition, facts: Facts): Record<string, unknown> {
  const paths = new Set<string>()
  const collect = (part: Condition): void => {
    if (part.kind === 'test') paths.add(part.path)
    else if (part.kind === 'not') collect(part.of)
    else part.of.forEach(collect)
  }
  collect(condition)
  return Object.fromEntries([...paths].map((path) => [path, facts.get(path) ?? null]))
}
