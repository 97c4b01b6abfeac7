import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
import { ComplaintMade } from './complaint-events.ts'
import { complaintFacts } from './complaint-facts.ts'
import { complaintTables } from './complaint-tables.ts'
import { createComplaints } from './complaints.ts'

export const complaints = defineTold({
  name: 'complaints',
  tables: complaintTables,
  facts: complaintFacts,
  events: [ComplaintMade],
  rewind: leftOut('complaints count as known from the beginning'),
  renames: nothing('holds no userid'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createComplaints,
})
