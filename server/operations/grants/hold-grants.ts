import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { SHOP_GRANT as g } from './grant-tables.ts'

/** After an old state of the database was put back: what had not been given by then may have been given since. A person looks.
 *  Gives how many. Safe to repeat. */
export const holdGrants = (tx: Tx, { untilMs, why }: { untilMs: number; why: string }): Promise<number> =>
  tx.run(
    sql`UPDATE ${g} SET ${set(g, { state: 'unsure', why, ended_at: untilMs })}
        WHERE ${g.state} IN ('asked', 'nobody', 'stuck') AND ${g.asked_at} <= ${untilMs}`,
  )
