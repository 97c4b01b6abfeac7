import { conditionZh } from '../../../rules/condition/condition-zh.ts'
import type { FactShape, Facts } from '../../../rules/condition/fact.ts'
import { holds } from '../../../rules/condition/holds.ts'
import { factPaths } from '../../../rules/condition/parse-condition.ts'
import type { Condition } from '../../../rules/schema/condition.ts'
import { factsSeen } from './facts-text.ts'

/** The parts of a condition that do not hold, each with what is known now: 「已付款订单数至少 2（现在 1）」. Empty: it holds. */
export function unmetParts(condition: Condition, known: Facts, words: readonly FactShape[]): string[] {
  if (holds(condition, known)) return []
  if (condition.kind === 'all') return condition.of.flatMap((part) => unmetParts(part, known, words))
  const seen = factsSeen(Object.fromEntries(factPaths(condition).map((path) => [path, known.get(path) ?? null])), words)
  const [only, ...others] = seen
  const now = others.length === 0 ? only?.value : seen.map(({ label, value }) => `${label} ${value}`).join('，')
  return [`${conditionZh(condition, words)}（现在 ${now ?? ''}）`]
}
