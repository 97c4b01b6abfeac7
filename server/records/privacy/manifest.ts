import { leftOut } from '../../core/db/define-table.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import { type ConsentsDeps, createConsents } from './consents.ts'
import { createErasures } from './erasures.ts'
import { ConsentChanged } from './privacy-events.ts'
import { privacyTables } from './privacy-tables.ts'

export const privacy = defineCapability({
  name: 'privacy',
  needs: [],
  tables: privacyTables,
  facts: [],
  events: [ConsentChanged],
  rewind: leftOut('what customers have refused counts as it is now'),
  renames: nothing('it is history, which keeps the userid of its time'),
  identified: nothing('consent is given by customers of ours'),
  ruleNames: nothing('keeps nothing under names of rules'),
  create: ({ phoneSecrets, ...deps }: ConsentsDeps & { clock: Clock; phoneSecrets: readonly string[] }) => ({
    consents: createConsents(deps),
    erasures: createErasures({ ...deps, secrets: phoneSecrets }),
  }),
})
