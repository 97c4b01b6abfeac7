import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import type { Touches } from '../../records/touches/touches.ts'
import { entryStore } from './model/sop-entry.ts'
import { createSop, type SopDeps } from './sop.ts'
import { sopFacts } from './sop-facts.ts'
import { createSopRewind } from './sop-rewind.ts'
import { sopRuleNames } from './sop-rule-names.ts'
import { sopTables } from './sop-tables.ts'

export const sop = defineCapability({
  name: 'sop',
  needs: [
    'privacy',
    'touches',
    'staffTelling',
    'tiers',
    'massSend',
    'welcome',
    'tags',
    'customers',
    'staff',
    'routing',
    'tasks',
    'grants',
    'timeline',
  ],
  tables: sopTables,
  facts: sopFacts,
  events: [],
  decisions: ['sop.entered', 'sop.step', 'sop.ended'],
  rewind: createSopRewind,
  renames: (tx, { oldUserId, newUserId }) => entryStore.renameGuide(tx, oldUserId, newUserId),
  identified: nothing('journeys are of customers of ours'),
  ruleNames: sopRuleNames,
  create: ({ touches, ...deps }: Omit<SopDeps, 'touches'> & { touches: { queries: Touches } }) =>
    createSop({
      ...deps,
      touches: touches.queries,
    }),
})
