import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
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
  renames: nothing('holds no userid'),
  ruleNames: toldTagRuleNames,
  create: createToldTags,
})
