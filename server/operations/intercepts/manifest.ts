import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { interceptRuleNames } from './intercept-rule-names.ts'
import { createInterceptRules } from './intercept-rules.ts'
import { interceptTables } from './intercept-tables.ts'

export const interceptRules = defineCapability({
  name: 'interceptRules',
  needs: [],
  tables: interceptTables,
  facts: [],
  events: [],
  rewind: leftOut('rules at the platform are as they are now'),
  renames: nothing('members are named in the files'),
  identified: nothing('it knows no customers'),
  ruleNames: interceptRuleNames,
  create: createInterceptRules,
})
