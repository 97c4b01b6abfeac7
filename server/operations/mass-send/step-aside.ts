import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { cancelRun } from './cancel-run.ts'
import { leavePlace } from './free-place.ts'
import { SEND_RUN } from './send-tables.ts'

/** Another look at the crowded-out of an earlier run does not hold the time at which the send itself comes. */
export async function stepAside(tx: Tx, name: string, scheduledAtMs: number): Promise<void> {
  const there = await tx.rows(
    sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.send_name} = ${name}
          AND ${SEND_RUN.scheduled_at} = ${scheduledAtMs} AND ${SEND_RUN.later_of} IS NOT NULL`,
  )
  for (const run of there) await leavePlace(tx, run)
}

/** Whoever still waits for another look is in the audience of the send that comes now, with its words of now. */
export async function endOvertaken(tx: Tx, name: string, scheduledAtMs: number, nowMs: number): Promise<void> {
  // What is due has overtaken every look; what is opened ahead of its time, those from its time on.
  const fromMs = scheduledAtMs <= nowMs ? 0 : scheduledAtMs
  const overtaken = await tx.rows(
    sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.send_name} = ${name}
          AND ${SEND_RUN.state} = 'later' AND ${SEND_RUN.planned_at} >= ${fromMs} ORDER BY ${SEND_RUN.id}`,
  )
  for (const { id } of overtaken) await cancelRun(tx, id, { nowMs, why: '这个群发自己又到点了，轮不到的人由它来看' })
}
