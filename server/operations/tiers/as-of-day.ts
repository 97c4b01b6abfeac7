import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Facts, FactValue } from '../../rules/condition/fact.ts'
import { holds } from '../../rules/condition/holds.ts'
import { basePath } from '../../rules/condition/narrowed.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import type { Condition } from '../../rules/schema/condition.ts'

const LAST_PAID = 'orders.paid.daysSinceLast'

const isAge = (path: string): boolean => path.includes('.daysSince')

/** What would be known at `atMs` if nothing happened between now and then: what counts days since something is moved along,
 *  also backwards, where nothing was less than 0 days ago. */
export function asOfDay(facts: Facts, nowMs: number, atMs: number): Facts {
  const days = (startOfShanghaiDay(atMs) - startOfShanghaiDay(nowMs)) / DAY_MS
  return new Map(
    [...facts].map(([path, value]) => [
      path,
      isAge(path) && typeof value === 'number' ? Math.max(0, value + days) : value,
    ]),
  )
}

/** Has the customer bought again on a later day than `sinceMs`, of what `when` asks about, so that it holds by what was bought since?
 *  What was bought before counts as long ago: of two categories that are both wanted, each must have been bought anew. Undefined
 *  where the facts do not tell. */
export function boughtAfter(
  facts: Facts,
  when: Condition | undefined,
  { sinceMs, nowMs }: { sinceMs: number; nowMs: number },
): boolean | undefined {
  const asked = when === undefined ? [] : factPaths(when).filter((path) => basePath(path) === LAST_PAID)
  const own = new Set(asked.length === 0 ? [LAST_PAID] : asked)
  const days = (startOfShanghaiDay(nowMs) - startOfShanghaiDay(sinceMs)) / DAY_MS
  const ages = [...facts].flatMap(([path, value]) => (own.has(path) && typeof value === 'number' ? [value] : []))
  if (ages.length === 0) return undefined
  if (Math.min(...ages) >= days) return false
  const isOld = (path: string, value: FactValue): boolean => own.has(path) && typeof value === 'number' && value >= days
  const since = new Map(
    [...facts].map(([path, value]) => [path, isOld(path, value) ? Number.MAX_SAFE_INTEGER : value] as const),
  )
  return when === undefined || holds(when, since)
}
