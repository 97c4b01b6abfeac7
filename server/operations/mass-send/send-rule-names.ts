import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { keepDraw } from './draw-key.ts'
import { SEND_RUN, SEND_SCHEDULE } from './send-tables.ts'

/** What went out already under the old name shall not go out again under the new one. */
export const sendRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind !== 'send' && kind !== 'group-step' && kind !== 'campaign-step') return
    await keepDraw(tx, { from, to })
    for (const table of [SEND_SCHEDULE, SEND_RUN]) {
      await updateFree(tx, table, { send_name: to }, sql`${table.send_name} = ${from}`)
    }
  },
  isInUse: async (tx, { kind, name }) =>
    (kind === 'send' || kind === 'campaign-step') &&
    (await tx.row(
      sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN} WHERE ${SEND_RUN.send_name} = ${name} AND ${SEND_RUN.ask_key} IS NULL LIMIT 1`,
    )) !== undefined,
}
