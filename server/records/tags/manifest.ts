import { nothing } from '../../core/kernel/nothing.ts'
import { TagAdded, TagRemoved } from '../customers/customer-events.ts'
import { defineCapability } from '../define-capability.ts'
import { renameGuideOfTags } from './follow-tag-store.ts'
import { tagRuleNames } from './tag-rule-names.ts'
import { tagTables } from './tag-tables.ts'
import { createTags } from './tags.ts'
import { tagsFact } from './tags-fact.ts'
import { createTagsRewind } from './tags-rewind.ts'

export const tags = defineCapability({
  name: 'tags',
  needs: ['timeline'],
  tables: tagTables,
  facts: [tagsFact],
  events: [TagAdded, TagRemoved],
  decisions: ['tag.changed', 'tag.failed'],
  rewind: createTagsRewind,
  renames: (tx, { oldUserId, newUserId }) => renameGuideOfTags(tx, oldUserId, newUserId),
  identified: nothing('tags come with the customer'),
  ruleNames: tagRuleNames,
  create: createTags,
})
