import { pick, type Sql, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { updateFree } from '../../core/db/update-free.ts'
import { stepName } from '../../rules/group-sops/step-name.ts'
import type { RuleNames } from '../define-capability.ts'
import { CHAT_GROUP, GROUP_STEP, JOIN_WAY } from './group-tables.ts'

/** The pool's code, printed perhaps, goes on under its new name. */
export const groupRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind === 'group-step') await updateFree(tx, GROUP_STEP, { step: to }, sql`${GROUP_STEP.step} = ${from}`)
    if (kind !== 'pool') return
    await updateFree(tx, CHAT_GROUP, { pool: to }, sql`${CHAT_GROUP.pool} = ${from}`)
    await updateFree(tx, CHAT_GROUP, { former_pool: to }, sql`${CHAT_GROUP.former_pool} = ${from}`)
    // What is under way for the old name is planned anew.
    await updateFree(tx, JOIN_WAY, { pool: to, open_key: null }, sql`${JOIN_WAY.pool} = ${from}`)
  },
  // Which groups belong to a pool is found out again from their names; whoever scans its code asks for it by that code alone.
  isInUse: async (tx, { kind, name }) => {
    if (kind === 'groupSop')
      return hasHad(tx, sql`SUBSTR(${GROUP_STEP.step}, 1, ${[...name].length + 1}) = ${stepName(name, '')}`)
    if (kind === 'group-step') return hasHad(tx, sql`${GROUP_STEP.step} = ${name}`)
    if (kind !== 'pool') return false
    const way = await tx.row(
      sql`SELECT ${pick(JOIN_WAY, 'pool')} FROM ${JOIN_WAY} WHERE ${JOIN_WAY.pool} = ${name} AND ${JOIN_WAY.config_id} IS NOT NULL`,
    )
    return way !== undefined
  },
}

const hasHad = async (tx: ReadTx, where: Sql): Promise<boolean> =>
  (await tx.row(sql`SELECT ${pick(GROUP_STEP, 'id')} FROM ${GROUP_STEP} WHERE ${where} LIMIT 1`)) !== undefined
