import type { Desk } from '../desk.ts'
import type { EventFields } from '../event-xml.ts'

/** The event field that tags of a strategy (规则组) carry; none for the corp's. `id`: of a tag or a group. */
export function strategyOf({ world }: Desk, id: string | undefined): EventFields {
  const groupId = world.tags.get(id ?? '')?.groupId ?? id
  const strategyId = world.tagGroups.get(groupId ?? '')?.strategyId
  return strategyId === undefined ? [] : [['StrategyId', String(strategyId)]]
}
