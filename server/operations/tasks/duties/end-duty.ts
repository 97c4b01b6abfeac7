import { pick, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { changeDuty, UNFINISHED_DUTY } from './duty-queries.ts'
import { DUTY } from './duty-tables.ts'

/** Ends what is open or held. `outcome`: one Chinese line. Returns 0 where it had ended already. */
export const endDuty = (
  tx: Tx,
  id: number,
  { state, outcome, atMs }: { state: 'done' | 'dropped'; outcome: string | null; atMs: number },
): Promise<number> => changeDuty(tx, id, { state, outcome, closed_at: atMs, wake_at: null })

/** Nobody is asked any longer for what the rules no longer have. Its day is free, so that whoever was asked can be asked once it is
 *  back and comes later. Safe to repeat. */
export async function dropUnwanted(tx: Tx, wanted: ReadonlySet<string>, atMs: number): Promise<void> {
  const names = await tx.rows(sql`SELECT DISTINCT ${pick(DUTY, 'duty_name')} FROM ${DUTY} WHERE ${UNFINISHED_DUTY}`)
  for (const { duty_name: name } of names.filter((one) => !wanted.has(one.duty_name))) {
    const gone = await tx.rows(
      sql`SELECT ${pick(DUTY, 'id')} FROM ${DUTY} WHERE ${DUTY.duty_name} = ${name} AND ${UNFINISHED_DUTY}`,
    )
    for (const { id } of gone) {
      const ended = {
        state: 'dropped' as const,
        outcome: '规则里已经没有这一项，不用做了',
        closed_at: atMs,
        wake_at: null,
      }
      await changeDuty(tx, id, { ...ended, duty_key: `dropped:${id}` })
    }
  }
}
