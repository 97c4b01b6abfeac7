import { all, sql } from '../../core/db/sql.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { isRefusedWith, WecomRateLimited, WecomUnreachable } from '../../platform/wecom/wire/wecom-error.ts'
import { changeBatch } from './batches.ts'
import { adopt } from './create-task.ts'
import type { FindCreated } from './find-created.ts'
import { giveUpPolling } from './give-up-polling.ts'
import { endBatch, settleRest, waitingCount } from './outcomes.ts'
import { type PollChosenDeps, pollChosen } from './poll-chosen.ts'
import { GIVE_UP_MS, nextPollMs } from './poll-times.ts'
import { readResults, readTasks } from './read-results.ts'
import { type BatchRow, SEND_BATCH } from './send-tables.ts'
import { settleUnlisted } from './settle-unlisted.ts'
import { isChosenByWecom } from './wecom-chooses.ts'

export interface PollDeps extends PollChosenDeps {
  log: Logger
  findCreated: FindCreated
  /** How many mass messages a group may get in the month of an instant. */
  perGroup(nowMs: number): number
}

/** Batches per run of the job; the rest is due still and comes next. */
const BATCHES = 100
/** WeCom's word for a task that its sender has confirmed and that has gone out. */
const SENT = 2
/** When nothing came for so long after that, nothing more will. */
const LAST_RESULTS_MS = 3 * MINUTE_MS

/** Asks the platform for the results of every batch that is due, one call after the other: reading in parallel runs
 *  into 45033. What is due is rows, so it may be cut off anywhere. Source: docs 93338. */
export async function pollResults(deps: PollDeps): Promise<void> {
  const { db, clock } = deps
  const due = await db.tx((tx) =>
    tx.rows(
      sql`SELECT ${all(SEND_BATCH)} FROM ${SEND_BATCH}
          WHERE ${SEND_BATCH.state} IN ('created', 'unclear') AND ${SEND_BATCH.poll_at} <= ${clock.now()}
          ORDER BY ${SEND_BATCH.poll_at}, ${SEND_BATCH.id} LIMIT ${BATCHES}`,
    ),
  )
  for (const batch of due) {
    try {
      if (batch.state === 'unclear') await lookAgain(deps, batch)
      else if (isChosenByWecom(batch)) await pollChosen(deps, batch)
      else await pollBatch(deps, batch)
    } catch (error) {
      await postpone(deps, batch, error)
      // The next call would fare no better, and waiting out a hundred time-outs would outlast the job's lease.
      if (error instanceof WecomUnreachable || error instanceof WecomRateLimited) return
    }
  }
}

/** One batch that cannot be read must not keep the others from being read. */
async function postpone({ db, clock, log }: PollDeps, batch: BatchRow, error: unknown): Promise<void> {
  const isDispatching = isRefusedWith(error, ERRCODE.isDispatching)
  if (!isDispatching)
    log.warn({ batchId: batch.id, err: describeError(error) }, 'mass-send results not read; asked again later')
  const now = clock.now()
  const since = batch.progress_at ?? now
  if (now - since >= GIVE_UP_MS) return db.tx((tx) => giveUpPolling(tx, batch, now))
  const nextAt = isDispatching ? now + MINUTE_MS : nextPollMs(now, since)
  await db.tx((tx) => changeBatch(tx, batch.id, { poll_at: nextAt }))
}

async function pollBatch(deps: PollDeps, batch: BatchRow): Promise<void> {
  const { db, clock } = deps
  const tasks = await readTasks(deps, batch)
  const confirmed = tasks.filter((task) => task.status !== 0)
  let isMoving = false
  for (const task of confirmed) {
    if (await readResults(deps, batch, task)) isMoving = true
  }
  const now = clock.now()
  const firstSent = confirmed.find((task) => task.send_time !== undefined)?.send_time
  await db.tx(async (tx) => {
    if (confirmed.length > 0 && batch.confirmed_at === null) {
      isMoving = true
      await changeBatch(tx, batch.id, {
        confirmed_at: firstSent === undefined ? now : firstSent * 1_000,
        remind_at: null,
      })
    }
    const isQuiet = !isMoving && now - (batch.progress_at ?? now) >= LAST_RESULTS_MS
    if (batch.chat_type === 'group' && isQuiet && tasks.length > 0 && tasks.every(({ status }) => status === SENT)) {
      await settleUnlisted(tx, batch, { perGroup: deps.perGroup(now), nowMs: now })
    }
    if ((await waitingCount(tx, batch)) === 0) return endBatch(tx, batch, 'closed', now)
    const held = { ...batch, confirmed_at: confirmed.length > 0 ? now : null }
    if (now - (batch.created_at ?? now) >= GIVE_UP_MS) return giveUpPolling(tx, held, now)
    const progressAt = isMoving ? now : (batch.progress_at ?? now)
    await changeBatch(tx, batch.id, { progress_at: progressAt, poll_at: nextPollMs(now, progressAt) })
  })
}

/** An unclear batch is looked for on the same schedule: its guide may see the task and confirm it meanwhile. Once it is
 *  certain that there is none, its customers are told to have got nothing; it is not created a second time. */
async function lookAgain({ db, clock, findCreated }: PollDeps, batch: BatchRow): Promise<void> {
  const found = await findCreated(batch)
  const now = clock.now()
  await db.tx(async (tx) => {
    if (found.kind === 'created') return adopt(tx, batch.id, found.msgid, now)
    if (found.kind === 'absent') {
      const reason = batch.last_error ?? '服务中断，群发没有创建成功'
      await settleRest(tx, batch, { outcome: 'failed', reason, atMs: now })
      return endBatch(tx, batch, 'failed', now)
    }
    const since = batch.progress_at ?? now
    if (now - since >= GIVE_UP_MS) return giveUpPolling(tx, batch, now)
    await changeBatch(tx, batch.id, { poll_at: nextPollMs(now, since) })
  })
}
