import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { HANDOVER, HANDOVER_CUSTOMER, HANDOVER_GROUP } from './handover-tables.ts'

/** Every handover from or to the guide, those that have ended, too: they tell who had whom. Safe to repeat. */
export async function renameInHandovers(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  for (const table of [HANDOVER_CUSTOMER, HANDOVER_GROUP, HANDOVER]) {
    const renamed = set(table, { from_userid: newUserId })
    await tx.run(sql`UPDATE ${table} SET ${renamed} WHERE ${table.from_userid} = ${oldUserId}`)
  }
  for (const table of [HANDOVER_CUSTOMER, HANDOVER_GROUP]) {
    const renamed = set(table, { to_userid: newUserId })
    await tx.run(sql`UPDATE ${table} SET ${renamed} WHERE ${table.to_userid} = ${oldUserId}`)
  }
}
