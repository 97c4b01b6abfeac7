import { shanghaiDaysBetween } from '../../core/kernel/shanghai.ts'
import type { Facts, FactValue } from '../../rules/condition/fact.ts'
import type { Group } from './group-queries.ts'

/** What rules may ask about one group (GROUP_FACTS), at the instant `nowMs`, UTC milliseconds. */
export function factsOfGroup(group: Group, nowMs: number): Facts {
  const { pool, poolSinceMs, tags, memberCount, createdAtMs, owner, name } = group
  return new Map<string, FactValue>([
    ['group.pool', pool],
    ['group.members', memberCount],
    ['group.daysOld', createdAtMs === undefined ? undefined : shanghaiDaysBetween(createdAtMs, nowMs)],
    ['group.daysInPool', poolSinceMs === undefined ? undefined : shanghaiDaysBetween(poolSinceMs, nowMs)],
    ['group.tags', [...tags]],
    ['group.owner', owner],
    ['group.name', name === '' ? undefined : name],
  ])
}
