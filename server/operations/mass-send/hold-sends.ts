import { all, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { finishRunIfDone } from './finish-run.ts'
import { endBatch, settleRest } from './outcomes.ts'
import { openRun } from './plan-run.ts'
import { takeDue } from './schedule.ts'
import { SEND_BATCH, SEND_RUN } from './send-tables.ts'

/** After an old state of the database was put back: what was due by `untilMs` (UTC) may have been sent since. Times that
 *  passed count as missed, and tasks that were still to be made are not made. Gives how many. Safe to repeat. */
export async function holdSends(
  tx: Tx,
  sends: Iterable<Send>,
  { untilMs, why }: { untilMs: number; why: string },
): Promise<{ times: number; tasks: number }> {
  const due = await takeDue(tx, sends, untilMs, () => undefined)
  for (const one of due) await openRun(tx, { ...one, missed: true, heldBecause: why }, untilMs, undefined)
  // The audience of these was still being read; what was read of it stands in batches.
  const reading = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.state} = 'planning' OR (${SEND_RUN.state} = 'later' AND ${SEND_RUN.planned_at} <= ${untilMs})`,
  )
  // These waited for a yes, which they may have got since; those of a later time go on waiting for it.
  const awaited = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.state} = 'awaiting' AND ${SEND_RUN.scheduled_at} <= ${untilMs}`,
  )
  const ended = [...reading, ...awaited]
  const read = set(SEND_RUN, { state: 'running' })
  for (const { id } of ended) await tx.run(sql`UPDATE ${SEND_RUN} SET ${read} WHERE ${SEND_RUN.id} = ${id}`)
  const waits = sql`SELECT ${SEND_RUN.id} FROM ${SEND_RUN} WHERE ${SEND_RUN.state} = 'awaiting'`
  const unmade = await tx.rows(
    sql`SELECT ${all(SEND_BATCH)} FROM ${SEND_BATCH}
        WHERE ${SEND_BATCH.state} = 'planned' AND ${SEND_BATCH.run_id} NOT IN (${waits})`,
  )
  for (const batch of unmade) {
    await settleRest(tx, batch, { outcome: 'failed', reason: why, atMs: untilMs })
    await endBatch(tx, batch, 'failed', untilMs)
  }
  for (const { id } of ended) await finishRunIfDone(tx, id, untilMs)
  return { times: due.length + ended.length, tasks: unmade.length }
}
