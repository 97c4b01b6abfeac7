import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { slotOf } from './invitation-queries.ts'
import { INVITATION, POOL_STANDING } from './routing-tables.ts'

const i = INVITATION

/** Invitations under way, and who was found to belong in a pool. */
export const routingRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind !== 'pool') return
    const underWay = await tx.rows(
      sql`SELECT ${pick(i, 'id', 'external_userid')} FROM ${i} WHERE ${i.pool} = ${from} AND ${i.open_slot} IS NOT NULL`,
    )
    for (const { id, external_userid } of underWay) {
      await updateFree(tx, i, { open_slot: slotOf(to, external_userid) }, sql`${i.id} = ${id}`)
    }
    for (const table of [INVITATION, POOL_STANDING]) {
      await updateFree(tx, table, { pool: to }, sql`${table.pool} = ${from}`)
    }
  },
  isInUse: async (tx, { kind, name }) =>
    kind === 'pool' &&
    (await tx.row(
      sql`SELECT ${pick(i, 'id')} FROM ${i} WHERE ${i.pool} = ${name} AND ${i.open_slot} IS NOT NULL LIMIT 1`,
    )) !== undefined,
}
