import type { Db } from '../../core/db/db.ts'
import { all, list, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { isRefusedWith, WecomRateLimited, WecomUnreachable } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { takeBack } from './cancel-moment.ts'
import { changeRun } from './moment-run.ts'
import type { MomentState } from './moment-states.ts'
import { MOMENT_RUN, MOMENT_SENDER, type MomentRunRow } from './moment-tables.ts'
import { tellUnclear } from './tell-unclear.ts'

export interface PollMomentDeps {
  db: Db
  clock: Clock
  log: Logger
  outbox: Outbox
  wecom: Pick<Wecom, 'moments'>
  alerts: Pick<Alerts, 'raise'>
}

/** Nobody publishes an old moment: so long after it was made nobody is asked any more. */
export const FOLLOWED_MS = 7 * DAY_MS
const RUNS = 50
const PAGE = 1_000
const NO_SUCH_JOB = 40_088
const JOB_IS_GONE = 40_089

/** Often while guides are likely to tap, seldom later. */
const nextPollMs = (now: number, sinceMs: number): number => {
  const age = now - sinceMs
  return now + (age < HOUR_MS ? 5 * MINUTE_MS : age < DAY_MS ? 30 * MINUTE_MS : 6 * HOUR_MS)
}

/** From now on WeCom's moment is this run's: who publishes it is asked for; a cancelled one is taken back. */
export async function adopt(
  tx: Tx,
  deps: { outbox: Outbox },
  runId: number,
  momentId: string,
  nowMs: number,
): Promise<void> {
  // The write comes first: from then on nobody else changes the row, so the state that follows is the present one.
  await changeRun(tx, runId, { moment_id: momentId, created_at: nowMs, poll_at: nowMs + MINUTE_MS })
  const running = set(MOMENT_RUN, { state: 'running' })
  await tx.run(
    sql`UPDATE ${MOMENT_RUN} SET ${running} WHERE ${MOMENT_RUN.id} = ${runId} AND ${MOMENT_RUN.state} <> 'cancelled'`,
  )
  await takeBack(tx, deps, runId)
}

/** When it is asked for next; null: never again. Somebody who has asked for it sooner since `run` was read, as a cancelling
 *  does, is not overruled; and one cancelled by now is taken back. Write first, as above. */
async function moveOn(
  tx: Tx,
  deps: { outbox: Outbox },
  run: Pick<MomentRunRow, 'id' | 'poll_at'>,
  pollAtMs: number | null,
): Promise<void> {
  const next = set(MOMENT_RUN, { poll_at: pollAtMs })
  await tx.run(
    sql`UPDATE ${MOMENT_RUN} SET ${next} WHERE ${MOMENT_RUN.id} = ${run.id} AND ${MOMENT_RUN.poll_at} = ${run.poll_at}`,
  )
  await takeBack(tx, deps, run.id)
}

/** Changes it when it is in that state still. */
const changeIf = (tx: Tx, runId: number, state: MomentState, changes: Partial<MomentRunRow>): Promise<number> =>
  tx.run(
    sql`UPDATE ${MOMENT_RUN} SET ${set(MOMENT_RUN, changes)}
        WHERE ${MOMENT_RUN.id} = ${runId} AND ${MOMENT_RUN.state} = ${state}`,
  )

/** Asks WeCom what became of every run that is due, one call after the other. What is due is rows, so it may be cut off
 *  anywhere. Source: docs 95094, 93333. */
export async function pollMoments(deps: PollMomentDeps): Promise<void> {
  const { db, clock, log } = deps
  const due = await db.tx((tx) =>
    tx.rows(
      sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.poll_at} <= ${clock.now()}
          ORDER BY ${MOMENT_RUN.poll_at}, ${MOMENT_RUN.id} LIMIT ${RUNS}`,
    ),
  )
  for (const run of due) {
    try {
      if (run.moment_id === null) await askJob(deps, run)
      else await askSenders(deps, run, run.moment_id)
    } catch (error) {
      const now = clock.now()
      const isJobLost = isRefusedWith(error, NO_SUCH_JOB) || isRefusedWith(error, JOB_IS_GONE)
      if (run.moment_id === null && isJobLost) {
        await db.tx((tx) => loseJob(tx, deps, run, now))
        continue
      }
      log.warn({ runId: run.id, err: describeError(error) }, 'moment not read; asked again later')
      await db.tx((tx) => moveOn(tx, deps, run, nextPollMs(now, run.created_at ?? run.planned_at)))
      if (error instanceof WecomUnreachable || error instanceof WecomRateLimited) return
    }
  }
}

async function askJob({ db, clock, wecom, outbox }: PollMomentDeps, run: MomentRunRow): Promise<void> {
  const { status, result } = await wecom.moments.createResult(run.jobid ?? '')
  const now = clock.now()
  await db.tx(async (tx) => {
    if (status !== 3) return moveOn(tx, { outbox }, run, now + 10 * SECOND_MS)
    const momentId = result?.moment_id
    if (momentId === undefined || momentId === '') {
      const code = result?.errcode ?? 0
      const said = code === 0 ? '没有说为什么' : `${code} ${errorCode(code).zh}`
      const remark = `企业微信没有建成（${said}）：写的导购可能都不能发表，或者不在应用的可见范围；请给他们开通「客户联系」，再换一个时间`
      await changeIf(tx, run.id, 'making', { state: 'failed', remark, finished_at: now })
      return moveOn(tx, { outbox }, run, null)
    }
    await adopt(tx, { outbox }, run.id, momentId, now)
    const notAsked = result?.invalid_sender_list?.user_list ?? []
    const noTags = result?.invalid_external_contact_list?.tag_list ?? []
    const remark = [
      ...(notAsked.length === 0 ? [] : [`企业微信没有请 ${notAsked.join('、')}：不能服务客户，或者不在可见范围`]),
      ...(noTags.length === 0 ? [] : [`有 ${noTags.length} 个标签企业微信不认`]),
    ].join('；')
    if (remark !== '') await changeIf(tx, run.id, 'running', { remark })
  })
}

/** WeCom forgets its answer after a day; it may have made it. */
async function loseJob(
  tx: Tx,
  deps: Pick<PollMomentDeps, 'outbox' | 'alerts'>,
  run: MomentRunRow,
  nowMs: number,
): Promise<void> {
  const remark = '没有问到企业微信创建的结果，请在管理后台看；为免发两遍，不会再创建'
  const lost = await changeIf(tx, run.id, 'making', { state: 'unclear', remark, finished_at: nowMs })
  if (lost > 0) await tellUnclear(tx, deps, run, nowMs)
  await moveOn(tx, deps, run, null)
}

async function askSenders(deps: PollMomentDeps, run: MomentRunRow, momentId: string): Promise<void> {
  const { db, clock, wecom } = deps
  for await (const page of pagesOf((more) => wecom.moments.tasks({ moment_id: momentId, limit: PAGE, ...more }))) {
    const tasks = page.task_list ?? []
    await db.tx((tx) => noteSenders(tx, run.id, tasks, clock.now()))
  }
  const now = clock.now()
  const sinceMs = run.created_at ?? run.planned_at
  await db.tx(async (tx) => {
    if (now - sinceMs < FOLLOWED_MS) return moveOn(tx, deps, run, nextPollMs(now, sinceMs))
    await changeIf(tx, run.id, 'running', { state: 'finished', finished_at: now })
    await moveOn(tx, deps, run, null)
  })
}

async function noteSenders(
  tx: Tx,
  runId: number,
  tasks: readonly { userid: string; publish_status: number }[],
  nowMs: number,
): Promise<void> {
  if (tasks.length === 0) return
  await tx.insertIgnore(
    MOMENT_SENDER,
    tasks.map(({ userid }) => ({ run_id: runId, userid })),
  )
  const published = tasks.filter((task) => task.publish_status === 1).map(({ userid }) => userid)
  if (published.length === 0) return
  const now = set(MOMENT_SENDER, { published_at: nowMs, poll_at: nowMs })
  await tx.run(
    sql`UPDATE ${MOMENT_SENDER} SET ${now} WHERE ${MOMENT_SENDER.run_id} = ${runId}
          AND ${MOMENT_SENDER.published_at} IS NULL AND ${MOMENT_SENDER.userid} IN ${list(published)}`,
  )
}
