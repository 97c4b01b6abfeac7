import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { createWorth } from './worth.ts'
import { worthFacts } from './worth-facts.ts'
import { worthTables } from './worth-tables.ts'

export const worth = defineCapability({
  name: 'worth',
  needs: ['orders', 'privacy'],
  tables: worthTables,
  facts: worthFacts,
  events: [],
  rewind: leftOut('what is expected stays as it is now'),
  renames: nothing('holds no userid'),
  identified: nothing('it is reckoned from orders'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createWorth,
})
