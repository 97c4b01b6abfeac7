import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { createWelcome } from './welcome.ts'
import { createWelcomeRewind } from './welcome-rewind.ts'
import { welcomeTables } from './welcome-tables.ts'

export const welcome = defineCapability({
  name: 'welcome',
  needs: ['privacy', 'optOut', 'links', 'media', 'customers', 'staff', 'timeline', 'tasks'],
  tables: welcomeTables,
  facts: [],
  events: [],
  decisions: ['welcome.ended'],
  rewind: createWelcomeRewind,
  renames: nothing('a welcome lives for 20 seconds'),
  identified: nothing('welcomes are about customers of ours'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createWelcome,
})
