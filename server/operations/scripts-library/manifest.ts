import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { ownScripts } from './own-scripts.ts'
import { ScriptSent } from './script-events.ts'
import { scriptTables } from './script-tables.ts'
import { createScripts } from './scripts.ts'

export const scripts = defineCapability({
  name: 'scripts',
  needs: [],
  tables: scriptTables,
  facts: [],
  events: [ScriptSent],
  decisions: ['script.sent'],
  rewind: leftOut('what was sent is a touch, too'),
  renames: (tx, { oldUserId, newUserId }) => ownScripts.renameOwner(tx, oldUserId, newUserId),
  identified: nothing('scripts are sent to customers of ours'),
  ruleNames: nothing('scripts keep their id; a favourite whose script has gone is shown no more'),
  create: createScripts,
})
