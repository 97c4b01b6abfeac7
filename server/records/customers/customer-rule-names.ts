import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../define-capability.ts'
import { CUSTOMER, CUSTOMER_SOURCE, FOLLOW } from './customer-tables.ts'

/** Whence customers came. */
export const customerRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind !== 'channel') return
    await updateFree(tx, CUSTOMER, { first_channel: to }, sql`${CUSTOMER.first_channel} = ${from}`)
    for (const table of [CUSTOMER_SOURCE, FOLLOW]) {
      await updateFree(tx, table, { channel: to }, sql`${table.channel} = ${from}`)
    }
  },
  isInUse: async (tx, { kind, name }) =>
    kind === 'channel' &&
    (await tx.row(sql`SELECT ${pick(FOLLOW, 'id')} FROM ${FOLLOW} WHERE ${FOLLOW.channel} = ${name} LIMIT 1`)) !==
      undefined,
}
