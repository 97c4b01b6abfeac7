import { count, list, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { changeBatch, needBatch } from './batches.ts'
import { giveUpPolling } from './give-up-polling.ts'
import { endBatch, settleRest, waitingCount } from './outcomes.ts'
import { GIVE_UP_MS, nextPollMs } from './poll-times.ts'
import { type ReadDeps, readResults, readTasks, type SenderTask } from './read-results.ts'
import { type BatchRow, SEND_RECIPIENT, SEND_SENDER, type SenderRow } from './send-tables.ts'
import { type ConfirmDeps, countChosen, freeUnchosen, sendersOf } from './sender-places.ts'

export interface PollChosenDeps extends ReadDeps {
  tasks: ConfirmDeps
}

/** Asks for whom WeCom has chosen to send a task without a sender, to whom each of them sends, and what came of it: from then on it is
 *  their work, and no longer that of those who were expected. Each guide confirms by themselves. Safe to cut off anywhere and to repeat. */
export async function pollChosen(deps: PollChosenDeps, batch: BatchRow): Promise<void> {
  const { db, clock } = deps
  const tasks = await readTasks(deps, batch)
  const isNew = await settleSenders(deps, batch, tasks)
  const isMoving = (await readEach(deps, batch, tasks)) || isNew
  const now = clock.now()
  await db.tx(async (tx) => {
    const isDone = tasks.length > 0 && tasks.every(isConfirmed)
    const lastMs = Math.max(...tasks.map((task) => confirmedAt(task, now)))
    if (isDone && batch.confirmed_at === null)
      await changeBatch(tx, batch.id, { confirmed_at: lastMs, remind_at: null })
    if (batch.withdrawn_at !== null) await settleWithdrawn(tx, batch, now)
    if ((await waitingCount(tx, batch)) === 0) return endBatch(tx, batch, 'closed', now)
    if (now - (batch.created_at ?? now) >= GIVE_UP_MS) return giveUpPolling(tx, batch, now)
    const progressAt = isMoving ? now : (batch.progress_at ?? now)
    await changeBatch(tx, batch.id, { progress_at: progressAt, poll_at: nextPollMs(now, progressAt) })
  })
}

const isConfirmed = ({ status }: SenderTask): boolean => status !== 0
const confirmedAt = ({ send_time }: SenderTask, nowMs: number): number =>
  send_time === undefined ? nowMs : send_time * 1_000

/** Writes down who sends and who of them has confirmed; true when one has since the last time. What guides have to do is counted in their
 *  days before it is taken off those of others. */
async function settleSenders(
  { db, clock, tasks: places }: PollChosenDeps,
  batch: BatchRow,
  tasks: SenderTask[],
): Promise<boolean> {
  if (tasks.length === 0) return false
  const now = clock.now()
  const userIds = tasks.map(({ userid }) => userid)
  const isNew = await db.tx(async (tx) => {
    const senders = await countChosen(tx, places, batch, { userIds, madeAtMs: batch.created_at ?? now })
    const open = new Map(senders.flatMap((one) => (one.confirmed_at === null ? [[one.userid, one] as const] : [])))
    let changed = false
    for (const task of tasks.filter(isConfirmed)) {
      const sender = open.get(task.userid)
      if (sender === undefined) continue
      await changeSender(tx, sender, { confirmed_at: confirmedAt(task, now) })
      changed = true
    }
    return changed
  })
  await db.tx((tx) => freeUnchosen(tx, batch.id))
  return isNew
}

const changeSender = (tx: Tx, { id }: SenderRow, changes: Partial<SenderRow>): Promise<number> =>
  tx.run(sql`UPDATE ${SEND_SENDER} SET ${set(SEND_SENDER, changes)} WHERE ${SEND_SENDER.id} = ${id}`)

/** Reads to whom each of them sends, and what came of it; who has nothing new to tell is not asked again. True when an outcome was new. */
async function readEach(deps: PollChosenDeps, batch: BatchRow, tasks: SenderTask[]): Promise<boolean> {
  const { db, clock } = deps
  let isMoving = false
  for (const task of tasks) {
    const [sender, waiting] = await db.tx(async (tx) => {
      const senders = await sendersOf(tx, [batch.id])
      return [senders.find(({ userid }) => userid === task.userid), await waitingFor(tx, batch, task.userid)] as const
    })
    if (sender === undefined || !isAsked(sender, waiting)) continue
    const now = clock.now()
    if (await readResults(deps, batch, task)) isMoving = true
    await db.tx((tx) => changeSender(tx, sender, { read_at: now }))
  }
  return isMoving
}

/** Once for whom they send to, once more when they have confirmed, and then as long as something is missing. */
const isAsked = ({ read_at: readAt, confirmed_at: confirmedAtMs }: SenderRow, waiting: number): boolean =>
  readAt === null || (confirmedAtMs !== null && (readAt <= confirmedAtMs || waiting > 0))

async function waitingFor(tx: Tx, batch: BatchRow, userId: string): Promise<number> {
  const r = SEND_RECIPIENT
  const row = await tx.row(
    sql`SELECT ${select({ waiting: count() })} FROM ${r}
        WHERE ${r.batch_id} = ${batch.id} AND ${r.outcome} = 'planned' AND ${r.userid} = ${userId}`,
  )
  return row?.waiting ?? 0
}

/** WeCom has taken it back from those who had not confirmed it: their customers get nothing any more. */
async function settleWithdrawn(tx: Tx, batch: BatchRow, nowMs: number): Promise<void> {
  const { cancelledBecause } = await needBatch(tx, batch.id)
  const confirmed = (await sendersOf(tx, [batch.id])).filter(({ confirmed_at }) => confirmed_at !== null)
  const ofOthers =
    confirmed.length === 0
      ? sql`1 = 1`
      : sql`${SEND_RECIPIENT.userid} NOT IN ${list(confirmed.map(({ userid }) => userid))}`
  await settleRest(
    tx,
    batch,
    cancelledBecause === undefined
      ? { outcome: 'not-confirmed', reason: '没有在限定时间内确认，已取消', atMs: nowMs }
      : { outcome: 'cancelled', reason: cancelledBecause, atMs: nowMs },
    ofOthers,
  )
}
