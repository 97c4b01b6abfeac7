import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { TierChanged } from './tier-events.ts'
import { tierRuleNames } from './tier-rule-names.ts'
import { tierTables } from './tier-tables.ts'
import { createTiers } from './tiers.ts'
import { tiersFact } from './tiers-fact.ts'
import { createTiersRewind } from './tiers-rewind.ts'

export const tiers = defineCapability({
  name: 'tiers',
  needs: ['privacy', 'customers', 'staff', 'tags', 'routing', 'tasks', 'handover', 'timeline'],
  tables: tierTables,
  facts: [tiersFact],
  events: [TierChanged],
  rewind: createTiersRewind,
  renames: (tx, { oldUserId, newUserId }, { guideRenamed }) => guideRenamed(tx, oldUserId, newUserId),
  identified: nothing('levels are of customers of ours'),
  ruleNames: tierRuleNames,
  create: createTiers,
})
