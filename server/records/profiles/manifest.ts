import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
import { profileFacts } from './profile-facts.ts'
import { profileTables } from './profile-tables.ts'
import { createProfiles } from './profiles.ts'

export const profiles = defineTold({
  name: 'profiles',
  tables: profileTables,
  facts: profileFacts,
  events: [],
  rewind: leftOut('a birthday is the same at any time'),
  renames: nothing('holds no userid of open work'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createProfiles,
})
