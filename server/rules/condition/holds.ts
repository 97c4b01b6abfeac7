import type { Condition, FactTest } from '../schema/condition.ts'
import type { Facts, FactValue } from './fact.ts'

/** Does the condition hold for one customer. A fact without value fails every test but `known: false`, so `not` of
 *  such a test holds; a set without value is an empty set. Agrees with `conditionSql` always. */
export function holds(condition: Condition, facts: Facts): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => holds(part, facts))
    case 'any':
      return condition.of.some((part) => holds(part, facts))
    case 'not':
      return !holds(condition.of, facts)
    case 'test':
      return passes(condition.test, facts.get(condition.path))
  }
}

function passes(test: FactTest, value: FactValue): boolean {
  const { any, all, none, known, ...scalar } = test
  if (any !== undefined || all !== undefined || none !== undefined) {
    const members = new Set(Array.isArray(value) ? value : [])
    if (any !== undefined && !any.some((one) => members.has(one))) return false
    if (all !== undefined && !all.every((one) => members.has(one))) return false
    return none === undefined || !none.some((one) => members.has(one))
  }
  if (known !== undefined && known !== (value !== undefined)) return false
  if (Object.keys(scalar).length === 0) return true
  return value !== undefined && !Array.isArray(value) && passesScalar(scalar, value)
}

function passesScalar(test: FactTest, value: number | string | boolean): boolean {
  if (test.eq !== undefined && value !== test.eq) return false
  if (test.ne !== undefined && value === test.ne) return false
  if (test.gt !== undefined && !(value > test.gt)) return false
  if (test.gte !== undefined && !(value >= test.gte)) return false
  if (test.lt !== undefined && !(value < test.lt)) return false
  if (test.lte !== undefined && !(value <= test.lte)) return false
  if (test.in !== undefined && !test.in.includes(value)) return false
  return !test.notIn?.includes(value)
}
