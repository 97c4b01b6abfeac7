import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { createOptOut } from './opt-out.ts'
import { optOutTables } from './opt-out-tables.ts'

export const optOut = defineCapability({
  name: 'optOut',
  needs: ['privacy', 'timeline'],
  tables: optOutTables,
  facts: [],
  events: [],
  rewind: leftOut('a link is the same at any time'),
  renames: nothing('holds no userid'),
  identified: nothing('links are made for customers of ours'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createOptOut,
})
