import type { Db } from '../../core/db/db.ts'
import { all, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { isRefusedWith, WecomRateLimited, WecomUnreachable } from '../../platform/wecom/wire/wecom-error.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { changeBatch } from './batches.ts'
import { adopt } from './create-task.ts'
import type { FindCreated } from './find-created.ts'
import { hintsOf } from './loss-hints.ts'
import { endBatch, settle, settleEach, settleRest, type Verdict, waitingCount } from './outcomes.ts'
import { GIVE_UP_MS, nextPollMs } from './poll-times.ts'
import { type BatchRow, SEND_BATCH } from './send-tables.ts'
import { settleUnlisted } from './settle-unlisted.ts'

export interface PollDeps {
  db: Db
  clock: Clock
  log: Logger
  wecom: Pick<Wecom, 'massSends'>
  findCreated: FindCreated
  /** How many mass messages a group may get in the month of an instant. */
  perGroup(nowMs: number): number
  /** Who is no friend any more may be one of whom no event told. */
  mayBeLost: Customers['mayBeLost']
}

/** Batches per run of the job; the rest is due still and comes next. */
const BATCHES = 100
const PAGE = 1_000
/** WeCom's word for a task that its sender has confirmed and that has gone out. */
const SENT = 2
/** When nothing came for so long after that, nothing more will. */
const LAST_RESULTS_MS = 3 * MINUTE_MS

interface SendResult {
  external_userid?: string
  chat_id?: string
  status?: number
  send_time?: number
}

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
  if (now - since >= GIVE_UP_MS) return db.tx((tx) => giveUp(tx, batch, now))
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
    if (now - (batch.created_at ?? now) >= GIVE_UP_MS) return giveUp(tx, held, now)
    const progressAt = isMoving ? now : (batch.progress_at ?? now)
    await changeBatch(tx, batch.id, { progress_at: progressAt, poll_at: nextPollMs(now, progressAt) })
  })
}

interface Task {
  userid: string
  status: number
  send_time: number | undefined
}

async function readTasks({ wecom }: PollDeps, batch: BatchRow): Promise<Task[]> {
  const tasks: Task[] = []
  const msgid = batch.msgid ?? ''
  for await (const page of pagesOf((more) => wecom.massSends.tasks({ msgid, limit: PAGE, ...more }))) {
    for (const { userid, status, send_time } of page.task_list) tasks.push({ userid, status, send_time })
  }
  return tasks
}

/** Page by page, each in its own transaction; true when an outcome was new. */
async function readResults(deps: PollDeps, batch: BatchRow, task: Task): Promise<boolean> {
  const { db, wecom } = deps
  let isNew = false
  const asked = { msgid: batch.msgid ?? '', userid: task.userid, limit: PAGE }
  for await (const page of pagesOf((more) => wecom.massSends.results({ ...asked, ...more }))) {
    const changed = await db.tx((tx) => recordResults(tx, deps, { batch, task, results: page.send_list }))
    if (changed > 0) isNew = true
  }
  return isNew
}

/** The platform's status: 0 not yet, 1 sent, 2 not a friend, 3 the customer's limit was reached. */
function verdictOf(result: SendResult, nowMs: number): Verdict | undefined {
  if (result.status === 1) {
    return { outcome: 'sent', atMs: result.send_time === undefined ? nowMs : result.send_time * 1_000 }
  }
  if (result.status === 2) return { outcome: 'not-friend', atMs: nowMs }
  if (result.status === 3) return { outcome: 'over-limit', atMs: nowMs }
  return undefined
}

async function recordResults(
  tx: Tx,
  { clock, mayBeLost }: PollDeps,
  { batch, task, results }: { batch: BatchRow; task: Task; results: SendResult[] },
): Promise<number> {
  const nowMs = clock.now()
  const alike = new Map<string, { verdict: Verdict; ids: string[] }>()
  for (const result of results) {
    const verdict = verdictOf(result, nowMs)
    const whose = batch.chat_type === 'group' ? result.chat_id : result.external_userid
    if (verdict === undefined || whose === undefined) continue
    const key = `${verdict.outcome} ${verdict.atMs}`
    const held = alike.get(key) ?? { verdict, ids: [] }
    held.ids.push(whose)
    alike.set(key, held)
  }
  let changed = 0
  for (const { verdict, ids } of alike.values()) {
    if (verdict.outcome !== 'not-friend' || batch.chat_type === 'group') {
      changed += await settle(tx, batch, ids, verdict)
      continue
    }
    const fresh = await settleEach(tx, batch, ids, verdict)
    changed += fresh.length
    // Not friends when it went out: whoever has added the guide again since is one.
    const noFriendsAtMs = task.send_time === undefined ? undefined : task.send_time * 1_000
    await mayBeLost(tx, hintsOf(batch, fresh, { text: '群发没有送到，企业微信说已不是好友', noFriendsAtMs }))
  }
  return changed
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
    if (now - since >= GIVE_UP_MS) return giveUp(tx, batch, now)
    await changeBatch(tx, batch.id, { poll_at: nextPollMs(now, since) })
  })
}

/** Thirty days on: what is not known now stays unknown. */
async function giveUp(
  tx: Tx,
  batch: Pick<BatchRow, 'id' | 'run_id' | 'chat_type' | 'state' | 'confirmed_at'>,
  nowMs: number,
): Promise<void> {
  const isUnconfirmed = batch.state === 'created' && batch.confirmed_at === null
  await settleRest(tx, batch, {
    outcome: isUnconfirmed ? 'not-confirmed' : 'failed',
    reason: isUnconfirmed ? undefined : '30 天内没有查到发送结果',
    atMs: nowMs,
  })
  await endBatch(tx, batch, 'closed', nowMs)
}
