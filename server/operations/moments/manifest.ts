import { sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { momentRuleNames } from './moment-rule-names.ts'
import { MOMENT_SENDER, momentTables } from './moment-tables.ts'
import { createMoments } from './moments.ts'
import { createMomentsRewind } from './moments-rewind.ts'

export const moments = defineCapability({
  name: 'moments',
  needs: ['privacy', 'customers', 'staff', 'media', 'links', 'tags', 'timeline', 'touches'],
  tables: momentTables,
  facts: [],
  events: [],
  decisions: ['moment.shown', 'moment.liked', 'moment.commented'],
  rewind: createMomentsRewind,
  renames: (tx, { oldUserId, newUserId }) =>
    updateFree(tx, MOMENT_SENDER, { userid: newUserId }, sql`${MOMENT_SENDER.userid} = ${oldUserId}`),
  identified: nothing('moments are shown to customers of ours'),
  ruleNames: momentRuleNames,
  create: createMoments,
})
