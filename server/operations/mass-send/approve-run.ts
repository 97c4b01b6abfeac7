import { all, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { cancelRun } from './cancel-run.ts'
import { type QueueDeps, queueTasks } from './run-batches.ts'
import { CATCH_UP_MS } from './schedule.ts'
import { ofMany } from './send-states.ts'
import { type RunRow, SEND_RUN } from './send-tables.ts'

/** Whoever must say yes is told by this alert, one for each run. */
const alertKey = (runId: number): string => `send-approval:${runId}`

const TOO_LATE = '到点时还没有人批准，没有发'

/** A second person has looked at what goes to whom. The server sends it at its time; from then on nobody is asked again.
 *  False when it waits for no approval (any more). `by`: their name, ≤100 characters. Safe to repeat. */
export async function approveRun(
  tx: Tx,
  runId: number,
  { by, nowMs }: { by: string; nowMs: number },
): Promise<boolean> {
  const approved = set(SEND_RUN, { approved_at: nowMs, approved_by: Array.from(by).slice(0, 100).join('') })
  const changed = await tx.run(
    sql`UPDATE ${SEND_RUN} SET ${approved}
        WHERE ${SEND_RUN.id} = ${runId} AND ${SEND_RUN.state} = 'awaiting' AND ${SEND_RUN.approved_at} IS NULL
          AND ${SEND_RUN.scheduled_at} > ${nowMs - CATCH_UP_MS}`,
  )
  return changed > 0
}

export interface AwaitingDeps extends QueueDeps {
  alerts: Pick<Alerts, 'raise' | 'resolve'>
}

/** Nobody need answer any more, since the run has gone another way. Safe to repeat. */
export const dropQuestion = (tx: Tx, alerts: Pick<Alerts, 'resolve'>, runId: number): Promise<boolean> =>
  alerts.resolve(tx, alertKey(runId))

/** Asks for the yes of a run whose recipients are fixed, in the transaction that fixed them. */
export async function askForApproval(tx: Tx, { alerts }: AwaitingDeps, run: RunRow, many: number): Promise<void> {
  const at = shanghaiText(run.scheduled_at)
  await alerts.raise(tx, {
    key: alertKey(run.id),
    text: `群发「${run.send_name}」定于 ${at} 发给 ${ofMany(run, many)}，等另一个人批准`,
    todo: `看过内容和名单（npm run -s sends -- show ${run.id}）再批准：npm run -s sends -- approve ${run.id}；到点没有人批准就不发`,
    lapseAtMs: run.scheduled_at + CATCH_UP_MS,
  })
}

/** Takes every run that waited for a yes on: with one, its tasks are queued for its time; without one in time, it ends.
 *  Gives those that ended so. One short transaction each; safe to repeat. */
export async function endAwaiting(tx: Tx, deps: AwaitingDeps, runId: number): Promise<RunRow | undefined> {
  const run = await tx.row(
    sql`SELECT ${all(SEND_RUN)} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${runId} AND ${SEND_RUN.state} = 'awaiting'`,
  )
  const now = deps.clock.now()
  if (run === undefined) return undefined
  if (run.approved_at !== null) {
    const going = set(SEND_RUN, { state: 'running' })
    const mine = await tx.run(
      sql`UPDATE ${SEND_RUN} SET ${going} WHERE ${SEND_RUN.id} = ${runId} AND ${SEND_RUN.state} = 'awaiting'`,
    )
    if (mine > 0) await queueTasks(tx, deps, run)
    await deps.alerts.resolve(tx, alertKey(runId), now)
    return undefined
  }
  if (now < run.scheduled_at + CATCH_UP_MS) return undefined
  await cancelRun(tx, runId, { nowMs: now, why: TOO_LATE })
  // Moved to another day it is asked for anew.
  await tx.run(sql`UPDATE ${SEND_RUN} SET ${set(SEND_RUN, { occasion: null })} WHERE ${SEND_RUN.id} = ${runId}`)
  await deps.alerts.resolve(tx, alertKey(runId), now)
  return run
}

/** Runs that wait for a yes, oldest first. */
export const awaitingRuns = async (tx: Tx): Promise<number[]> => {
  const rows = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN} WHERE ${SEND_RUN.state} = 'awaiting' ORDER BY ${SEND_RUN.id}`,
  )
  return rows.map(({ id }) => id)
}
