import { count, number, raw, type Sql, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { type Arm, FIRST_PEOPLE } from './drawn-evidence.ts'

/** People and goals of those who came first. `ofFirst`: a query of at most `FIRST_PEOPLE` rows with the column `goal`, 1 or
 *  0. Undefined while they are fewer. */
export async function firstOf(tx: Tx, ofFirst: Sql): Promise<Arm | undefined> {
  const sums = select({ people: count(), goals: number(raw('COALESCE(SUM(came.goal), 0)')) })
  const row = await tx.row(sql`SELECT ${sums} FROM (${ofFirst}) came`)
  return row === undefined || row.people < FIRST_PEOPLE ? undefined : row
}
