import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { createMassSend } from './mass-send.ts'
import { renameSender } from './rename-sender.ts'
import { sendRuleNames } from './send-rule-names.ts'
import { sendTables } from './send-tables.ts'
import { createSendsRewind } from './sends-rewind.ts'

export const massSend = defineCapability({
  name: 'massSend',
  needs: ['privacy', 'customers', 'staff', 'media', 'links', 'timeline', 'touches', 'groups', 'credit', 'tasks'],
  tables: sendTables,
  facts: [],
  events: [],
  decisions: [
    'mass-send.sent',
    'mass-send.excluded',
    'mass-send.deferred',
    'mass-send.not-friend',
    'mass-send.over-limit',
    'mass-send.not-confirmed',
    'mass-send.failed',
  ],
  rewind: createSendsRewind,
  renames: (tx, { oldUserId, newUserId }) => renameSender(tx, oldUserId, newUserId),
  identified: nothing('audiences are of customers of ours'),
  ruleNames: sendRuleNames,
  create: createMassSend,
})
