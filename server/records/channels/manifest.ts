import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { channelRuleNames } from './channel-rule-names.ts'
import { channelTables } from './channel-tables.ts'
import { createChannels } from './channels.ts'

export const channels = defineCapability({
  name: 'channels',
  needs: ['staff'],
  tables: channelTables,
  facts: [],
  events: [],
  rewind: leftOut('live codes are as they are now'),
  renames: (tx, _renamed, { guidesChanged }) => guidesChanged(tx),
  identified: nothing('a channel is no customer'),
  ruleNames: channelRuleNames,
  create: createChannels,
})
