import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../define-capability.ts'
import { CHANNEL } from './channel-tables.ts'

const c = CHANNEL

/** The printed code goes on under the channel's new name. */
export const channelRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind === 'channel') await updateFree(tx, c, { name: to }, sql`${c.name} = ${from}`)
  },
  isInUse: async (tx, { kind, name }) =>
    kind === 'channel' &&
    (await tx.row(
      sql`SELECT ${pick(c, 'name')} FROM ${c} WHERE ${c.name} = ${name} AND ${c.config_id} IS NOT NULL`,
    )) !== undefined,
}
