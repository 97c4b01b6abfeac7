import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { alertTables } from './alert-tables.ts'
import { createPlatformAlerts } from './platform-alerts.ts'

export const platformAlerts = defineCapability({
  name: 'platformAlerts',
  needs: ['staff'],
  tables: alertTables,
  facts: [],
  events: [],
  rewind: leftOut('it is empty in a rehearsal'),
  renames: (tx, renamed, { memberRenamed }) => memberRenamed(tx, renamed),
  identified: nothing('it knows no customers'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createPlatformAlerts,
})
