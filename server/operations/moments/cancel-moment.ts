import { list, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { CancelMoment } from './moment-actions.ts'
import { needRun, reasonOf } from './moment-run.ts'
import { CANCELLABLE } from './moment-states.ts'
import { MOMENT_RUN } from './moment-tables.ts'

/** Stops a moment: what WeCom has not made is never made, who has not published it cannot any more, and what was published
 *  stays. `why`: Chinese, for people. False when it has ended. Safe to repeat. */
export async function cancelMoment(
  tx: Tx,
  runId: number,
  { nowMs, why }: { nowMs: number; why: string },
): Promise<boolean> {
  const ended = set(MOMENT_RUN, { state: 'cancelled', finished_at: nowMs, remark: why })
  const stopped = await tx.run(
    sql`UPDATE ${MOMENT_RUN} SET ${ended} WHERE ${MOMENT_RUN.id} = ${runId} AND ${MOMENT_RUN.state} IN ${list(CANCELLABLE)}`,
  )
  if (stopped === 0) return false
  // Whoever follows it takes it back, once its name is known.
  const soon = set(MOMENT_RUN, { poll_at: nowMs })
  const isMade = sql`${MOMENT_RUN.moment_id} IS NOT NULL OR ${MOMENT_RUN.jobid} IS NOT NULL`
  await tx.run(sql`UPDATE ${MOMENT_RUN} SET ${soon} WHERE ${MOMENT_RUN.id} = ${runId} AND (${isMade})`)
  return true
}

/** Queues the taking back of a cancelled one as soon as WeCom's name for it is known. Safe to repeat. */
export async function takeBack(tx: Tx, { outbox }: { outbox: Outbox }, runId: number): Promise<void> {
  const run = await needRun(tx, runId)
  if (run.state !== 'cancelled' || run.moment_id === null) return
  await outbox.enqueue(tx, CancelMoment, {
    key: `moment.cancel:${run.id}`,
    payload: { runId },
    reason: reasonOf(run, `朋友圈「${run.moment_name}」${run.remark ?? '已取消'}`),
  })
}

/** Carries out `moment.cancel`. Safe to repeat. Source: docs 97612. */
export const cancelMomentExecutor = ({
  db,
  wecom,
}: {
  db: { tx<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> }
  wecom: Pick<Wecom, 'moments'>
}): Executor =>
  execute(CancelMoment, {
    perform: async ({ payload }) => {
      const { moment_id: momentId } = await db.tx((tx) => needRun(tx, payload.runId))
      if (momentId !== null) await wecom.moments.cancel(momentId)
    },
  })
