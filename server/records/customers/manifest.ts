import { nothing } from '../../core/kernel/nothing.ts'
import { defineCapability } from '../define-capability.ts'
import {
  CustomerAccepted,
  CustomerAdded,
  CustomerHandedOver,
  CustomerIdentified,
  CustomerLost,
  CustomerUnlinked,
  WelcomeCodeGiven,
} from './customer-events.ts'
import { addedSign, customerFacts } from './customer-facts.ts'
import { customerRuleNames } from './customer-rule-names.ts'
import { customerTables } from './customer-tables.ts'
import { type CustomersDeps, createCustomers } from './customers.ts'
import { createCustomersRewind } from './customers-rewind.ts'
import { renameGuide } from './rename-guide.ts'
import type { Takeovers } from './take-over.ts'

export const customers = defineCapability({
  name: 'customers',
  needs: ['timeline', 'staff', 'tags', 'channels', 'handoverLog'],
  tables: customerTables,
  facts: customerFacts,
  lifeSigns: [addedSign],
  events: [
    CustomerAdded,
    CustomerAccepted,
    WelcomeCodeGiven,
    CustomerLost,
    CustomerHandedOver,
    CustomerIdentified,
    CustomerUnlinked,
  ],
  rewind: createCustomersRewind,
  renames: (tx, { oldUserId, newUserId }) => renameGuide(tx, oldUserId, newUserId),
  identified: nothing('it is what identifies them'),
  ruleNames: customerRuleNames,
  create: ({ handoverLog, ...deps }: Omit<CustomersDeps, 'takeovers'> & { handoverLog: { takeovers: Takeovers } }) =>
    createCustomers({ ...deps, takeovers: handoverLog.takeovers }),
})
