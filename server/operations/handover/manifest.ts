import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { createHandover } from './handover.ts'
import { createHandoverLog } from './handover-log.ts'
import { handoverTables } from './handover-tables.ts'
import { renameInHandovers } from './rename-in-handovers.ts'

/** Apart from the rest, because customers are made with it and handovers with customers. */
export const handoverLog = defineCapability({
  name: 'handoverLog',
  needs: ['timeline', 'staff'],
  tables: [],
  facts: [],
  events: [],
  rewind: leftOut('handovers are empty in a rehearsal'),
  renames: nothing('the handover renames its rows'),
  identified: nothing('customers are handed over by their external_userid'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createHandoverLog,
})

export const handover = defineCapability({
  name: 'handover',
  needs: ['timeline', 'staff', 'customers', 'groups', 'handoverLog'],
  tables: handoverTables,
  facts: [],
  events: [],
  rewind: leftOut('handovers are empty in a rehearsal'),
  renames: (tx, { oldUserId, newUserId }) => renameInHandovers(tx, oldUserId, newUserId),
  identified: nothing('customers are handed over by their external_userid'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createHandover,
})
