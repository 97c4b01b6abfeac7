import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../define-capability.ts'
import { CHAT_GROUP, JOIN_WAY } from './group-tables.ts'

/** The pool's code, printed perhaps, goes on under its new name. */
export const groupRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind !== 'pool') return
    await updateFree(tx, CHAT_GROUP, { pool: to }, sql`${CHAT_GROUP.pool} = ${from}`)
    // What is under way for the old name is planned anew.
    await updateFree(tx, JOIN_WAY, { pool: to, open_key: null }, sql`${JOIN_WAY.pool} = ${from}`)
  },
  // Which groups belong to a pool is found out again from their names; whoever scans its code asks for it by that code alone.
  isInUse: async (tx, { kind, name }) =>
    kind === 'pool' &&
    (await tx.row(
      sql`SELECT ${pick(JOIN_WAY, 'pool')} FROM ${JOIN_WAY} WHERE ${JOIN_WAY.pool} = ${name} AND ${JOIN_WAY.config_id} IS NOT NULL`,
    )) !== undefined,
}
