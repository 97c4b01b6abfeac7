import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { LinkClicked } from './link-events.ts'
import { linkFacts } from './link-facts.ts'
import { linkTables } from './link-tables.ts'
import { createLinks } from './links.ts'

export const links = defineCapability({
  name: 'links',
  needs: ['customers', 'tags', 'timeline'],
  tables: linkTables,
  facts: linkFacts,
  events: [LinkClicked],
  decisions: ['link.clicked'],
  rewind: leftOut('clicks count as known from the beginning'),
  renames: nothing('holds no userid'),
  identified: nothing('links are made for customers of ours'),
  ruleNames: nothing('a link is known by its name alone; one that is renamed is another'),
  create: createLinks,
})
