import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineTold } from '../told/define-told.ts'
import { toldConsentTables } from './told-consent-tables.ts'
import { createToldConsents } from './told-consents.ts'

export const toldConsents = defineTold({
  name: 'consents',
  tables: toldConsentTables,
  facts: [],
  events: [],
  rewind: leftOut('what customers have refused counts as it is now'),
  renames: nothing('holds no userid'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: createToldConsents,
})
