import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
import { fieldFacts } from './field-facts.ts'
import { profileFacts } from './profile-facts.ts'
import { profileTables } from './profile-tables.ts'
import { createProfiles } from './profiles.ts'

export const profiles = defineTold({
  name: 'profiles',
  tables: profileTables,
  facts: [...profileFacts, ...fieldFacts],
  events: [],
  rewind: leftOut('a birthday is the same at any time, and other traits are asked as they are now'),
  renames: nothing('holds no userid of open work'),
  ruleNames: nothing('a field has a name for people beside its own, which stays'),
  create: createProfiles,
})
