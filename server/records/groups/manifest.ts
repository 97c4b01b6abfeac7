import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { GroupJoined, GroupLeft } from './group-events.ts'
import { groupFacts, joinedSign } from './group-facts.ts'
import { groupRuleNames } from './group-rule-names.ts'
import { groupTables } from './group-tables.ts'
import { createGroups } from './groups.ts'
import { createGroupsRewind } from './groups-rewind.ts'

export const groups = defineCapability({
  name: 'groups',
  needs: ['timeline', 'staff'],
  tables: groupTables,
  facts: groupFacts,
  lifeSigns: [joinedSign],
  events: [GroupJoined, GroupLeft],
  rewind: createGroupsRewind,
  renames: (tx, renamed, { ownerRenamed }) => ownerRenamed(tx, renamed),
  identified: nothing('members are listed by their external_userid'),
  ruleNames: groupRuleNames,
  create: createGroups,
})
