import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { MOMENT_SCHEDULE } from '../mass-send/send-tables.ts'
import { MOMENT_RUN } from './moment-tables.ts'

/** What guides were asked to publish under the old name is not asked for again under the new one. */
export const momentRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind !== 'moment' && kind !== 'campaign-step') return
    await updateFree(tx, MOMENT_SCHEDULE, { send_name: to }, sql`${MOMENT_SCHEDULE.send_name} = ${from}`)
    await updateFree(tx, MOMENT_RUN, { moment_name: to }, sql`${MOMENT_RUN.moment_name} = ${from}`)
  },
  isInUse: async (tx, { kind, name }) =>
    (kind === 'moment' || kind === 'campaign-step') &&
    (await tx.row(
      sql`SELECT ${pick(MOMENT_RUN, 'id')} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.moment_name} = ${name} LIMIT 1`,
    )) !== undefined,
}
