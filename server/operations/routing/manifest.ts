import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { createRouting } from './routing.ts'
import { createRoutingRewind } from './routing-rewind.ts'
import { routingRuleNames } from './routing-rule-names.ts'
import { routingTables } from './routing-tables.ts'

export const routing = defineCapability({
  name: 'routing',
  needs: ['privacy', 'groups', 'customers', 'tasks', 'timeline', 'welcome'],
  tables: routingTables,
  facts: [],
  events: [],
  decisions: ['invitation.opened', 'invitation.waiting'],
  rewind: createRoutingRewind,
  renames: (tx, renamed, { guideRenamed }) => guideRenamed(tx, renamed),
  identified: nothing('invitations are for customers of ours'),
  ruleNames: routingRuleNames,
  create: createRouting,
})
