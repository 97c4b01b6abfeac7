import { all, list, number, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS, SECOND_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import { quietUntil } from '../../rules/book/quiet-until.ts'
import type { Moment } from '../../rules/book/rule-book.ts'
import { MOVED_TO_THE_PAST } from '../mass-send/cancel-moved.ts'
import { CATCH_UP_MS, type DueSend } from '../mass-send/schedule.ts'
import { cancelMoment } from './cancel-moment.ts'
import { CreateMoment } from './moment-actions.ts'
import { type MomentSnapshot, needRun, reasonOf } from './moment-run.ts'
import { CANCELLABLE } from './moment-states.ts'
import { MOMENT_RUN, type MomentRunRow } from './moment-tables.ts'

export interface PlanMomentDeps {
  clock: Clock
  outbox: Outbox
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  /** When nobody's phone shall ring (policy.yaml), as "21:30-09:00" in Shanghai. */
  quiet: () => string | undefined
}

/** What could not be made by then is given up: it has had its time. */
const CREATE_WITHIN_MS = 6 * HOUR_MS

const alertKey = (runId: number): string => `moment-approval:${runId}`

/** Stores a due moment as a run, once per moment and time, and of a campaign once wherever that is moved to, and asks WeCom for it, or a second person for a yes. */
export async function openMoment(tx: Tx, deps: PlanMomentDeps, due: DueSend<Moment>): Promise<void> {
  const { send: moment, scheduledAtMs, missed } = due
  const { approval } = moment.value
  const nowMs = deps.clock.now()
  await tx.insertIgnore(MOMENT_RUN, [
    {
      moment_name: moment.name,
      scheduled_at: scheduledAtMs,
      rule_version: moment.version,
      rule_json: JSON.stringify(snapshotFor(moment)),
      state: missed ? 'missed' : approval === undefined ? 'planned' : 'awaiting',
      planned_at: nowMs,
      remark: missed
        ? `错过：到点时服务没有运行，${shanghaiText(nowMs)} 恢复时已晚于补发期限，或之后还有一次到期`
        : null,
      finished_at: missed ? nowMs : null,
      // What was missed may be moved to another day all the same.
      occasion: missed ? null : occasionAt(moment, scheduledAtMs),
    },
  ])
  const run = await tx.row(
    sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN}
        WHERE ${MOMENT_RUN.moment_name} = ${moment.name} AND ${MOMENT_RUN.scheduled_at} = ${scheduledAtMs}`,
  )
  if (run?.state === 'planned') await askForIt(tx, deps, run)
  if (run?.state !== 'awaiting') return
  await deps.alerts.raise(tx, {
    key: alertKey(run.id),
    text: `朋友圈「${run.moment_name}」定于 ${shanghaiText(scheduledAtMs)} 发，等另一个人批准`,
    todo: `看过内容（npm run -s moments -- show ${run.id}）再批准：npm run -s moments -- approve ${run.id}；到点没有人批准就不发`,
    lapseAtMs: scheduledAtMs + CATCH_UP_MS,
  })
}

/** As written: addresses differ between two processes with other keys, and are put in when it goes out. */
const snapshotFor = ({ value: { content, guides, tags } }: Moment): MomentSnapshot => ({
  content,
  ...(guides === undefined ? {} : { guides }),
  ...(tags === undefined ? {} : { tags }),
})

const occasionAt = ({ occasions }: Moment, atMs: number): string | null => occasions?.nextAfter(atMs - 1)?.date ?? null

/** Queues the call: at its time, in quiet hours at their end, since WeCom asks the guides at once. */
async function askForIt(tx: Tx, { clock, outbox, quiet }: PlanMomentDeps, run: MomentRunRow): Promise<void> {
  const nowMs = clock.now()
  const outMs = Math.max(nowMs, run.scheduled_at)
  const dueAtMs = quietUntil(outMs, [quiet()]) ?? outMs
  await outbox.enqueue(tx, CreateMoment, {
    key: `moment.create:${run.id}`,
    payload: { runId: run.id },
    ...(dueAtMs > nowMs ? { dueAtMs } : {}),
    expiresAtMs: dueAtMs + CREATE_WITHIN_MS,
    reason: reasonOf(run, `朋友圈「${run.moment_name}」${shanghaiText(run.scheduled_at)}`),
  })
}

/** Takes every run that waited for a yes on: with one it is asked for, without one in time it ends. Safe to repeat. */
export async function endMomentsAwaiting(tx: Tx, deps: PlanMomentDeps): Promise<void> {
  const nowMs = deps.clock.now()
  const waiting = await tx.rows(
    sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.state} = 'awaiting' ORDER BY ${MOMENT_RUN.id}`,
  )
  for (const run of waiting) {
    if (run.approved_at === null && nowMs < run.scheduled_at + CATCH_UP_MS) continue
    await deps.alerts.resolve(tx, alertKey(run.id), nowMs)
    if (run.approved_at === null) {
      await cancelMoment(tx, run.id, { nowMs, why: '到点时还没有人批准，没有发' })
      await giveUpOccasion(tx, run.id)
      continue
    }
    const going = set(MOMENT_RUN, { state: 'planned' })
    const isMine = sql`${MOMENT_RUN.id} = ${run.id} AND ${MOMENT_RUN.state} = 'awaiting'`
    if ((await tx.run(sql`UPDATE ${MOMENT_RUN} SET ${going} WHERE ${isMine}`)) > 0) await askForIt(tx, deps, run)
  }
}

/** Moved to another day it is asked for anew. */
const giveUpOccasion = (tx: Tx, runId: number): Promise<number> =>
  tx.run(sql`UPDATE ${MOMENT_RUN} SET ${set(MOMENT_RUN, { occasion: null })} WHERE ${MOMENT_RUN.id} = ${runId}`)

export interface MovedMoment {
  name: string
  /** It comes at the same time with other words, or for others: to be asked for again at once. */
  again: DueSend<Moment> | undefined
}

/** Ends what waits for a yes, or with one for its time, while its campaign has been moved, and what waits for a yes to other words
 *  than it has now. It gives up its time, so that the campaign may be moved back. Safe to repeat. */
export async function cancelMovedMoments(
  tx: Tx,
  deps: PlanMomentDeps,
  moments: ReadonlyMap<string, Moment>,
): Promise<MovedMoment[]> {
  const nowMs = deps.clock.now()
  const waiting = await tx.rows(
    sql`SELECT ${pick(MOMENT_RUN, 'id', 'moment_name', 'scheduled_at', 'state', 'rule_json')} FROM ${MOMENT_RUN}
        WHERE ${MOMENT_RUN.state} IN ('awaiting', 'planned') AND ${MOMENT_RUN.occasion} IS NOT NULL
          AND ${MOMENT_RUN.scheduled_at} > ${nowMs} ORDER BY ${MOMENT_RUN.id}`,
  )
  const moved: MovedMoment[] = []
  for (const { id, moment_name: name, scheduled_at: scheduledAtMs, state, rule_json } of waiting) {
    const moment = moments.get(name)
    const comes = moment?.occasions?.nextAfter(scheduledAtMs - 1)?.atMs === scheduledAtMs ? moment : undefined
    // The words that somebody said yes to are those that go out.
    if (comes !== undefined && (state !== 'awaiting' || JSON.stringify(snapshotFor(comes)) === rule_json)) continue
    const isPast = moment?.occasions?.nextAfter(nowMs) === undefined
    const why = comes !== undefined ? OTHER_WORDS : isPast ? MOVED_TO_THE_PAST : OTHER_TIME
    await deps.alerts.resolve(tx, alertKey(id), nowMs)
    await cancelMoment(tx, id, { nowMs, why })
    await giveUpOccasion(tx, id)
    await leaveTime(tx, id)
    moved.push({ name, again: comes === undefined ? undefined : { send: comes, scheduledAtMs, missed: false } })
  }
  return moved
}

const OTHER_WORDS = '活动改了内容，按新的内容重新请人批准'
const OTHER_TIME = '活动改了时间，到新的时间重新请人批准'

/** No time is written in milliseconds. */
async function leaveTime(tx: Tx, runId: number): Promise<void> {
  const run = await needRun(tx, runId)
  const latest = select({ atMs: number(sql`MAX(${MOMENT_RUN.scheduled_at})`) })
  const row = await tx.row(
    sql`SELECT ${latest} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.moment_name} = ${run.moment_name}
          AND ${MOMENT_RUN.scheduled_at} >= ${run.scheduled_at} AND ${MOMENT_RUN.scheduled_at} < ${run.scheduled_at + SECOND_MS}`,
  )
  const free = set(MOMENT_RUN, { scheduled_at: (row?.atMs ?? run.scheduled_at) + 1 })
  await tx.run(sql`UPDATE ${MOMENT_RUN} SET ${free} WHERE ${MOMENT_RUN.id} = ${runId}`)
}

/** A second person says yes. False when it waits for none (any more). `by`: their name. Safe to repeat. */
export async function approveMoment(
  tx: Tx,
  runId: number,
  { by, nowMs }: { by: string; nowMs: number },
): Promise<boolean> {
  const approved = set(MOMENT_RUN, { approved_at: nowMs, approved_by: Array.from(by).slice(0, 100).join('') })
  const changed = await tx.run(
    sql`UPDATE ${MOMENT_RUN} SET ${approved}
        WHERE ${MOMENT_RUN.id} = ${runId} AND ${MOMENT_RUN.state} = 'awaiting' AND ${MOMENT_RUN.approved_at} IS NULL
          AND ${MOMENT_RUN.scheduled_at} > ${nowMs - CATCH_UP_MS}`,
  )
  return changed > 0
}

/** Cancels the moments that the rules no longer want; gives their names. `wanted`: those that are there and enabled. What WeCom was
 *  never asked for gives up its time and its day, so that it comes once its file is back. */
export async function cancelUnwantedMoments(
  tx: Tx,
  deps: PlanMomentDeps,
  wanted: ReadonlySet<string>,
): Promise<string[]> {
  const open = await tx.rows(
    sql`SELECT ${pick(MOMENT_RUN, 'id', 'moment_name')} FROM ${MOMENT_RUN}
        WHERE ${MOMENT_RUN.state} IN ${list(CANCELLABLE)} ORDER BY ${MOMENT_RUN.id}`,
  )
  const gone = open.filter(({ moment_name: name }) => !wanted.has(name))
  for (const { id } of gone) {
    await deps.alerts.resolve(tx, alertKey(id), deps.clock.now())
    await cancelMoment(tx, id, {
      nowMs: deps.clock.now(),
      why: '规则里已经没有这条朋友圈，或写了 enabled: false，已取消',
    })
    if ((await needRun(tx, id)).started_at !== null) continue
    await giveUpOccasion(tx, id)
    await leaveTime(tx, id)
  }
  return gone.map(({ moment_name: name }) => name)
}
