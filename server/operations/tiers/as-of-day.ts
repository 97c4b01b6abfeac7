import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import type { Facts } from '../../rules/condition/fact.ts'

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

/** Has the customer bought again on a later day than `sinceMs`? Undefined where the facts do not tell. */
export function boughtAfter(facts: Facts, sinceMs: number, nowMs: number): boolean | undefined {
  const days = facts.get('orders.paid.daysSinceLast')
  if (typeof days !== 'number') return undefined
  return days < (startOfShanghaiDay(nowMs) - startOfShanghaiDay(sinceMs)) / DAY_MS
}
