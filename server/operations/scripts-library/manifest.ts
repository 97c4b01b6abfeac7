import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { ScriptSent } from './script-events.ts'
import { scriptTables } from './script-tables.ts'
import { createScriptsLibrary } from './scripts-library.ts'

export const scripts = defineCapability({
  name: 'scripts',
  needs: [],
  tables: scriptTables,
  facts: [],
  events: [ScriptSent],
  decisions: ['script.sent'],
  rewind: leftOut('what was sent is a touch, too'),
  renames: nothing('it is history, which keeps the userid of its time'),
  identified: nothing('scripts are sent to customers of ours'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createScriptsLibrary,
})
