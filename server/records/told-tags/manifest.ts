import { leftOut } from '../../core/db/define-table.ts'
import { defineTold } from '../told/define-told.ts'
import { tagBearers } from './tag-bearers.ts'
import { toldTagRuleNames } from './told-tag-rule-names.ts'
import { toldTagTables } from './told-tag-tables.ts'
import { createToldTags } from './told-tags.ts'

export const toldTags = defineTold({
  name: 'told-tags',
  also: ['tags'],
  tables: toldTagTables,
  facts: [],
  events: [],
  rewind: leftOut('the tags themselves go back in time'),
  renames: (tx, { oldUserId, newUserId }) => tagBearers.rename(tx, oldUserId, newUserId),
  ruleNames: toldTagRuleNames,
  create: createToldTags,
})
