import { count, list, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { giveBack } from '../tasks/give-back.ts'
import { leavePlace } from './free-place.ts'
import { laterRunsOf } from './later-run.ts'
import { settleRest } from './outcomes.ts'
import { recipientsOf } from './recipients-of.ts'
import { type ChatType, OPEN_BATCH_STATES, type RunState } from './send-states.ts'
import { type BatchRow, type RunRow, SEND_BATCH, SEND_RUN, type SenderRow } from './send-tables.ts'
import { countOff, sendersOf } from './sender-places.ts'
import { isChosenByWecom } from './wecom-chooses.ts'
import { hasGoneOut } from './went-out.ts'

const CANCELLABLE: readonly RunState[] = ['later', 'planning', 'awaiting', 'running']

export interface CancelledRun {
  id: number
  name: string
  chatType: ChatType
  /** Guides whose task is, or may be, on the platform: it is asked to take it back within seconds. */
  asked: number
  /** Customers, or groups, who have not got it. */
  waiting: number
}

/** Stops a run: what the platform has not made is never made, what waits for its guide is cancelled there, and what was sent
 *  stays sent. `why`: Chinese, for people. Undefined when it has ended or still collects. Safe to repeat. */
export async function cancelRun(
  tx: Tx,
  runId: number,
  { nowMs, why }: { nowMs: number; why: string },
): Promise<CancelledRun | undefined> {
  const run = await tx.row(
    sql`SELECT ${pick(SEND_RUN, 'id', 'send_name', 'chat_type')} FROM ${SEND_RUN} WHERE ${SEND_RUN.id} = ${runId}`,
  )
  const ended = set(SEND_RUN, { state: 'cancelled', finished_at: nowMs, remark: why })
  const stopped = await tx.run(
    sql`UPDATE ${SEND_RUN} SET ${ended} WHERE ${SEND_RUN.id} = ${runId} AND ${SEND_RUN.state} IN ${list(CANCELLABLE)}`,
  )
  if (run === undefined || stopped === 0) return undefined
  for (const later of await laterRunsOf(tx, [runId])) await cancelRun(tx, later, { nowMs, why })
  const waiting = await waitingOf(tx, run)
  const asked = new Set<string>()
  const batches = await tx.rows(
    sql`SELECT ${pick(SEND_BATCH, 'id', 'chat_type', 'userid', 'confirmed_at', 'counted_on')} FROM ${SEND_BATCH}
        WHERE ${SEND_BATCH.run_id} = ${runId} AND ${SEND_BATCH.state} IN ${list(OPEN_BATCH_STATES)}`,
  )
  const senders = await sendersOf(
    tx,
    batches.filter(isChosenByWecom).map(({ id }) => id),
  )
  await freeDays(tx, batches, senders)
  for (const batch of batches) {
    const { id } = batch
    const notBegun = sql`${SEND_BATCH.state} = 'planned' AND ${SEND_BATCH.started_at} IS NULL`
    const closed = set(SEND_BATCH, { state: 'closed' })
    if ((await tx.run(sql`UPDATE ${SEND_BATCH} SET ${closed} WHERE ${SEND_BATCH.id} = ${id} AND ${notBegun}`)) > 0) {
      await settleRest(tx, batch, { outcome: 'cancelled', reason: why, atMs: nowMs })
      continue
    }
    // The time to confirm is over now: whatever gives up late tasks takes this one back, as soon as its id is known.
    const over = set(SEND_BATCH, { give_up_at: nowMs, remind_at: null })
    await tx.run(sql`UPDATE ${SEND_BATCH} SET ${over} WHERE ${SEND_BATCH.id} = ${id}`)
    const own = senders.filter((one) => one.batch_id === id && one.confirmed_at === null)
    for (const { userid } of isChosenByWecom(batch) ? (own.some(isChosen) ? own.filter(isChosen) : own) : [batch])
      asked.add(userid)
  }
  return { id: runId, name: run.send_name, chatType: run.chat_type, asked: asked.size, waiting }
}

const isChosen = ({ chosen }: SenderRow): boolean => chosen === 1

/** What nobody has to confirm any more is no work of the day. */
async function freeDays(
  tx: Tx,
  batches: readonly Pick<BatchRow, 'id' | 'userid' | 'confirmed_at' | 'counted_on'>[],
  senders: readonly SenderRow[],
): Promise<void> {
  const expected = await countOff(
    tx,
    senders.filter(({ confirmed_at }) => confirmed_at === null),
  )
  const counted = batches.flatMap(({ id, userid: userId, confirmed_at, counted_on: day }) =>
    day === null || confirmed_at !== null ? [] : [{ id, userId, day }],
  )
  await giveBack(tx, [...counted, ...expected])
  if (counted.length === 0) return
  const ids = counted.map(({ id }) => id)
  await tx.run(
    sql`UPDATE ${SEND_BATCH} SET ${set(SEND_BATCH, { counted_on: null })} WHERE ${SEND_BATCH.id} IN ${list(ids)}`,
  )
}

/** Customers, or groups, of a run without an outcome. */
export async function waitingOf(tx: Tx, run: Pick<RunRow, 'id' | 'chat_type'>): Promise<number> {
  const { table } = recipientsOf(run)
  const row = await tx.row(
    sql`SELECT ${select({ waiting: count() })} FROM ${table}
        WHERE ${table.run_id} = ${run.id} AND ${table.outcome} = 'planned'`,
  )
  return row?.waiting ?? 0
}

/** Cancels the runs of scheduled sends that the rules no longer want. `wanted`: names of those that are there and enabled. What WeCom
 *  was never asked for gives up its time and its day, so that it comes once its file is back; those without a place wait on until their
 *  day, since nothing would open their run anew. */
export async function cancelUnwanted(tx: Tx, wanted: ReadonlySet<string>, nowMs: number): Promise<CancelledRun[]> {
  const open = await tx.rows(
    sql`SELECT ${pick(SEND_RUN, 'id', 'send_name', 'scheduled_at')} FROM ${SEND_RUN}
        WHERE ${SEND_RUN.ask_key} IS NULL AND ${SEND_RUN.state} IN ${list(CANCELLABLE)}
          AND (${SEND_RUN.state} <> 'later' OR ${SEND_RUN.planned_at} <= ${nowMs}) ORDER BY ${SEND_RUN.id}`,
  )
  const cancelled: CancelledRun[] = []
  for (const run of open) {
    if (wanted.has(run.send_name)) continue
    const one = await cancelRun(tx, run.id, { nowMs, why: '规则里已经没有这个群发，或写了 enabled: false，已取消' })
    if (one === undefined) continue
    cancelled.push(one)
    if (!(await hasGoneOut(tx, run.id))) await leavePlace(tx, run)
  }
  return cancelled
}

/** Cancels the run that another capability asked for under this key. */
export async function cancelAsked(tx: Tx, askKey: string, reason: { nowMs: number; why: string }): Promise<void> {
  const run = await tx.row(sql`SELECT ${pick(SEND_RUN, 'id')} FROM ${SEND_RUN} WHERE ${SEND_RUN.ask_key} = ${askKey}`)
  if (run !== undefined) await cancelRun(tx, run.id, reason)
}
