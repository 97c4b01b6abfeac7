import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { createCredit } from './credit.ts'
import { creditTables } from './credit-tables.ts'
import { renameCredited } from './rename-credited.ts'

export const credit = defineCapability({
  name: 'credit',
  needs: [],
  tables: creditTables,
  facts: [],
  events: [],
  rewind: leftOut('no rule asks whose an order is'),
  renames: (tx, { oldUserId, newUserId }) => renameCredited(tx, oldUserId, newUserId),
  identified: nothing('an order that finds its customer is paid then, as an event'),
  ruleNames: nothing('keeps the names of sends and codes as they were'),
  create: createCredit,
})
