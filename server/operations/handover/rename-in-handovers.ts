import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { HANDOVER, HANDOVER_CUSTOMER, HANDOVER_GROUP } from './handover-tables.ts'

/** Handovers under way, from or to this member, are from or to the new userid. Safe to repeat. */
export async function renameInHandovers(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  for (const table of [HANDOVER_CUSTOMER, HANDOVER_GROUP]) {
    await tx.run(sql`UPDATE ${table} SET ${table.from_userid} = ${newUserId} WHERE ${table.from_userid} = ${oldUserId}`)
    await tx.run(sql`UPDATE ${table} SET ${table.to_userid} = ${newUserId} WHERE ${table.to_userid} = ${oldUserId}`)
  }
  const { from_userid } = HANDOVER
  await tx.run(sql`UPDATE ${HANDOVER} SET ${from_userid} = ${newUserId} WHERE ${from_userid} = ${oldUserId}`)
}
