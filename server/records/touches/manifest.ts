import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { touchFacts } from './touch-facts.ts'
import { touchTables } from './touch-tables.ts'
import { touches as queries } from './touches.ts'
import { createTouchesRewind } from './touches-rewind.ts'

export const touches = defineCapability({
  name: 'touches',
  needs: [],
  tables: touchTables,
  facts: touchFacts,
  events: [],
  rewind: createTouchesRewind,
  renames: nothing('it is history, which keeps the userid of its time'),
  identified: nothing('only customers of ours are written to'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: () => ({ queries }),
})
