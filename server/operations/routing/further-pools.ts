import type { Pool } from '../../rules/book/rule-book.ts'

type Role = Pool['value']['role']

/** Who belongs in a group of the second kind needs no invitation into one of the first. Not of 科普群: its conditions shut out
 *  who belongs further on. */
const FURTHER: Partial<Record<Role, Role>> = { paid: 'vip' }

type Pools = ReadonlyMap<string, Pool>

function isBefore(one: Pool | undefined, other: Pool | undefined): boolean {
  const further = one === undefined ? undefined : FURTHER[one.value.role]
  return further !== undefined && further === other?.value.role
}

/** The pools that lie beyond this one. */
export const furtherThan = (pools: Pools, pool: string): Pool[] =>
  [...pools.values()].filter((other) => isBefore(pools.get(pool), other))

/** Whether the second lies beyond the first. */
export const liesBefore = (pools: Pools, pool: string, other: string): boolean =>
  isBefore(pools.get(pool), pools.get(other))

/** The pools before which this one lies, those of its people that are asked into none but this. */
export const lesserThan = (pools: Pools, pool: string): Pool[] =>
  [...pools.values()].filter((other) => isBefore(other, pools.get(pool)))

/** How many kinds lie beyond it, until the furthest. */
function stepsToGo(role: Role): number {
  const further = FURTHER[role]
  return further === undefined ? 0 : 1 + stepsToGo(further)
}

/** Those that nothing lies before or beyond stand among the furthest; each before whatever lies before it. */
export const furthestFirst = (pools: Pools): Pool[] =>
  [...pools.values()].sort((a, b) => stepsToGo(a.value.role) - stepsToGo(b.value.role))
