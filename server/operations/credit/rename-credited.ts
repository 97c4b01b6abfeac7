import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { ORDER_CREDIT } from './credit-tables.ts'

/** What was credited to a guide stays theirs under another userid. Safe to repeat. */
export const renameCredited = (tx: Tx, oldUserId: string, newUserId: string): Promise<number> =>
  tx.run(
    sql`UPDATE ${ORDER_CREDIT} SET ${set(ORDER_CREDIT, { userid: newUserId })} WHERE ${ORDER_CREDIT.userid} = ${oldUserId}`,
  )
