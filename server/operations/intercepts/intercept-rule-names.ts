import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { INTERCEPT } from './intercept-tables.ts'

/** The rule at the platform gets the new name; none is deleted and made anew, during which nothing would be held back. */
export const interceptRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind !== 'intercept') return
    await updateFree(tx, INTERCEPT, { name: to }, sql`${INTERCEPT.name} = ${from}`)
  },
  isInUse: async (tx, { kind, name }) =>
    kind === 'intercept' &&
    (await tx.row(
      sql`SELECT ${pick(INTERCEPT, 'id')} FROM ${INTERCEPT} WHERE ${INTERCEPT.name} = ${name} AND ${INTERCEPT.rule_id} IS NOT NULL`,
    )) !== undefined,
}
