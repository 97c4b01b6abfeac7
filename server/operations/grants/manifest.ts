import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../../records/define-capability.ts'
import { grantFacts } from './grant-facts.ts'
import { grantStore } from './grant-store.ts'
import { grantTables } from './grant-tables.ts'
import { createGrants } from './grants.ts'
import { createGrantsRewind } from './grants-rewind.ts'

export const grants = defineCapability({
  name: 'grants',
  needs: ['timeline', 'tasks'],
  tables: grantTables,
  facts: grantFacts,
  events: [],
  decisions: ['grant.given', 'grant.waits', 'grant.refused', 'grant.unsure', 'grant.lapsed'],
  rewind: createGrantsRewind,
  renames: (tx, { oldUserId, newUserId }) => grantStore.rename(tx, oldUserId, newUserId),
  identified: nothing('orders that find their customer are told of as orders; besides it looks again by itself'),
  ruleNames: nothing('a shop is known by its id, which never changes'),
  create: createGrants,
})
