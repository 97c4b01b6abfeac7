import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { createReceivers } from './receivers.ts'

export const receivers = defineCapability({
  name: 'receivers',
  needs: ['channels', 'customers', 'staff'],
  tables: [],
  facts: [],
  events: [],
  rewind: leftOut('it has no tables'),
  renames: nothing('it looks at the codes as they are'),
  ruleNames: nothing('it keeps nothing'),
  identified: nothing('it knows no customers'),
  create: createReceivers,
})
