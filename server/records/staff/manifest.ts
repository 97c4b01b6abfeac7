import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { createStaff } from './staff.ts'
import { StaffLeft, StaffRenamed } from './staff-events.ts'
import { STAFF_PACE, staffTables } from './staff-tables.ts'
import { createStaffTellingRewind } from './staff-telling-rewind.ts'
import { createTellStaff } from './tell-staff.ts'

export const staff = defineCapability({
  name: 'staff',
  needs: [],
  tables: staffTables,
  facts: [],
  events: [StaffRenamed, StaffLeft],
  rewind: leftOut('members are as they are now'),
  renames: nothing('it renames them before it tells the others'),
  identified: nothing('it knows no customers'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createStaff,
})

export const staffTelling = defineCapability({
  name: 'staffTelling',
  needs: [],
  tables: [STAFF_PACE],
  facts: [],
  events: [],
  rewind: createStaffTellingRewind,
  renames: nothing('messages that wait are readdressed in the outbox'),
  identified: nothing('it knows no customers'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createTellStaff,
})
