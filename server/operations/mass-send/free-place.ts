import { number, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type RunRow, SEND_RUN } from './send-tables.ts'

/** One run of a send holds an instant, and no time is written in milliseconds: `atMs`, or the first thousandth of a second after
 *  the runs that hold it. UTC. */
export async function freePlace(tx: Tx, name: string, atMs: number): Promise<number> {
  const latest = select({ atMs: number(sql`COALESCE(MAX(${SEND_RUN.scheduled_at}), ${atMs - 1})`) })
  const row = await tx.row(
    sql`SELECT ${latest} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.send_name} = ${name} AND ${SEND_RUN.scheduled_at} >= ${atMs} AND ${SEND_RUN.scheduled_at} < ${atMs + SECOND_MS}`,
  )
  return (row?.atMs ?? atMs - 1) + 1
}

/** A run that must not keep another from coming at its time makes room. */
export async function leavePlace(tx: Tx, run: Pick<RunRow, 'id' | 'send_name' | 'scheduled_at'>): Promise<void> {
  const free = await freePlace(tx, run.send_name, run.scheduled_at)
  await tx.run(
    sql`UPDATE ${SEND_RUN} SET ${SEND_RUN.scheduled_at} = ${free}, ${SEND_RUN.occasion} = NULL WHERE ${SEND_RUN.id} = ${run.id}`,
  )
}
