import { leftOut } from '../../core/db/define-table.ts'
import { sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { GROUP_WELCOME, groupWelcomeTables } from './group-welcome-tables.ts'
import { createGroupWelcomes } from './group-welcomes.ts'

export const groupWelcome = defineCapability({
  name: 'groupWelcome',
  needs: ['groups', 'media', 'staffTelling', 'links'],
  tables: groupWelcomeTables,
  facts: [],
  events: [],
  rewind: leftOut('templates are as they are now'),
  renames: nothing('it keeps no members'),
  identified: nothing('it knows no customers'),
  ruleNames: {
    rename: async (tx, { kind, from, to }) => {
      if (kind === 'pool') await updateFree(tx, GROUP_WELCOME, { pool: to }, sql`${GROUP_WELCOME.pool} = ${from}`)
    },
    isInUse: async () => false,
  },
  create: createGroupWelcomes,
})
