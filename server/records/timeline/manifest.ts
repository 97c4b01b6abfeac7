import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { createTimeline } from './timeline.ts'
import { timelineTables } from './timeline-tables.ts'

export const timeline = defineCapability({
  name: 'timeline',
  needs: [],
  tables: timelineTables,
  facts: [],
  events: [],
  rewind: leftOut('it is empty in a rehearsal'),
  renames: nothing('it is history, which keeps the userid of its time'),
  identified: nothing('notes are about customers of ours'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createTimeline,
})
