import { leftOut } from '../../core/db/define-table.ts'
import { nothing } from '../../core/kernel/nothing.ts'
import type { FromShop } from '../customers/given-customer.ts'
import { defineCapability } from '../define-capability.ts'
import { profileFacts } from './profile-facts.ts'
import { profileTables } from './profile-tables.ts'
import { createProfiles, type ProfilesDeps } from './profiles.ts'

export const profiles = defineCapability({
  name: 'profiles',
  needs: ['timeline', 'customers'],
  tables: profileTables,
  facts: profileFacts,
  events: [],
  rewind: leftOut('a birthday is the same at any time'),
  renames: nothing('holds no userid of open work'),
  identified: (tx, externalUserId, { matchWaiting }) => matchWaiting(tx, externalUserId),
  create: ({ customers, ordersSecret, ...deps }: Omit<ProfilesDeps, 'customers' | 'secret'> & FromShop) =>
    createProfiles({ ...deps, customers: customers.queries, secret: ordersSecret }),
})
