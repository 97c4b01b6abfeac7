import type { Customers } from '../customers/customers.ts'
import type { Tx } from '../db/tx.ts'
import type { CustomerFacts } from '../facts/facts.ts'
import type { Reason } from '../kernel/reason.ts'
import { DAY_MS, MINUTE_MS } from '../kernel/shanghai.ts'
import { holds } from '../rules/holds.ts'
import { conditionOf, factPaths } from '../rules/parse-condition.ts'
import type { TriggerEvent } from '../rules/schema/sop-event.ts'
import type { SopStep } from '../rules/schema/sop-rule.ts'
import type { Staff } from '../staff/staff.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { drawArm } from './draw-arm.ts'
import { factsText } from './facts-text.ts'
import { createPerformStep, type PerformStepDeps } from './perform-step.ts'
import { type Entry, type EntryState, entryStore } from './sop-entry.ts'
import type { SopVersion } from './sop-versions.ts'
import { stepLog } from './step-log.ts'
import { positionAfter, positionInto, positionText, stepAt } from './step-path.ts'
import { keyOf } from './step-result.ts'
import { dueText, EVENT_ZH } from './step-text.ts'
import { waitDue } from './wait-due.ts'

export interface ProceedDeps extends PerformStepDeps {
  facts: Pick<CustomerFacts, 'of'>
  timeline: Pick<Timeline, 'note'>
  tasks: Pick<Tasks, 'open' | 'close'>
  staff: { queries: Pick<Staff['queries'], 'nameOf' | 'leftAmong'> }
  customers: PerformStepDeps['customers'] & {
    queries: Pick<Customers['queries'], 'ownerOf' | 'isFollowing' | 'nameOf'>
  }
}

/** Later than this and a wait's successor counts from now: after an outage nobody gets days of steps at once, nor a
 *  10-o'clock step at night. */
const PUNCTUAL_MS = 5 * MINUTE_MS

type Choose = Extract<SopStep, { choose: unknown }>['choose']

/** Takes a customer through a journey, from where they are to the next wait or the end, in the caller's transaction. */
export function createProceed(deps: ProceedDeps) {
  const { clock, facts, timeline, tasks, customers, staff } = deps
  const perform = createPerformStep(deps)

  const reasonOf = (sop: SopVersion, entry: Entry, text?: string, seen?: Record<string, unknown>): Reason => ({
    text: `SOP「${sop.title}」${positionText(entry.position)}${text === undefined ? '' : `：${text}`}`,
    rule: { kind: 'sop', name: sop.name, version: sop.version },
    ...(seen === undefined ? {} : { facts: seen }),
    ...(entry.event === undefined ? {} : { eventId: entry.event.id }),
  })

  async function log(tx: Tx, entry: Entry, kind: string, outcome: string, reason?: Reason): Promise<void> {
    await stepLog.write(tx, { entryId: entry.id, position: entry.position, kind, atMs: clock.now(), outcome, reason })
  }

  const tell = (tx: Tx, sop: SopVersion, entry: Entry, outcome: string, reason: Reason) =>
    timeline.note(tx, {
      key: keyOf(entry),
      externalUserId: entry.externalUserId,
      userId: entry.userId,
      kind: 'sop.step',
      text: `SOP「${sop.title}」${outcome}`,
      reason,
    })

  /** The guide may have changed since; the customer's present one acts. */
  async function withGuide(tx: Tx, entry: Entry): Promise<Entry> {
    const { externalUserId, userId } = entry
    const isHere = !(await staff.queries.leftAmong(tx, [userId])).has(userId)
    if (isHere && (await customers.queries.isFollowing(tx, userId, externalUserId))) return entry
    return { ...entry, userId: (await customers.queries.ownerOf(tx, externalUserId)) ?? userId }
  }

  async function choose(tx: Tx, sop: SopVersion, entry: Entry, branches: Choose): Promise<string> {
    const conditions = branches.map((branch) => ('otherwise' in branch ? undefined : conditionOf(branch.when)))
    const paths = [...new Set(conditions.flatMap((condition) => (condition === undefined ? [] : factPaths(condition))))]
    const known = await facts.of(tx, [entry.externalUserId], clock.now(), paths)
    const values = known.get(entry.externalUserId) ?? new Map()
    const chosen = conditions.findIndex((condition) => condition === undefined || holds(condition, values))
    const isOtherwise = chosen >= 0 && conditions[chosen] === undefined
    const seen = Object.fromEntries(paths.map((path) => [path, values.get(path) ?? null]))
    const branch = chosen < 0 ? '没有一个分支成立' : isOtherwise ? '走「其他」分支' : `走第 ${chosen + 1} 个分支`
    const outcome = paths.length === 0 ? branch : `${branch}（${factsText(seen)}）`
    const reason = reasonOf(sop, entry, branch, seen)
    await log(tx, entry, 'choose', outcome, reason)
    await tell(tx, sop, entry, outcome, reason)
    const { steps } = sop.value
    return chosen < 0 ? positionAfter(steps, entry.position) : positionInto(steps, entry.position, chosen)
  }

  /** `fromMs`: where the next wait begins. */
  async function run(tx: Tx, sop: SopVersion, start: Entry, fromMs: number): Promise<void> {
    const { steps } = sop.value
    let entry: Entry = { ...start, waitingEvent: undefined }
    for (let step = stepAt(steps, entry.position); step !== undefined; step = stepAt(steps, entry.position)) {
      if ('wait' in step) {
        const dueAtMs = waitDue(step.wait, fromMs)
        const waitingEvent = typeof step.wait === 'object' && 'event' in step.wait ? step.wait.event : undefined
        const until = waitingEvent === undefined ? '' : `等${EVENT_ZH[waitingEvent]}，最晚`
        await log(tx, entry, 'wait', `${until}${dueText(dueAtMs)}`)
        return entryStore.save(tx, { ...entry, dueAtMs, waitingEvent })
      }
      if ('choose' in step) {
        entry = { ...entry, position: await choose(tx, sop, entry, step.choose) }
        continue
      }
      if ('split' in step) {
        const arm = await drawArm(tx, step.split, entry, clock.now())
        const outcome = `实验「${step.split.experiment}」分到 ${step.split.arms[arm]?.arm ?? ''} 组`
        await log(tx, entry, 'split', outcome, reasonOf(sop, entry, outcome))
        entry = { ...entry, position: positionInto(steps, entry.position, arm) }
        continue
      }
      const before = await stepLog.find(tx, entry.id, entry.position)
      entry = await withGuide(tx, entry)
      const reason = reasonOf(sop, entry)
      const reachedAtMs = before?.atMs ?? clock.now()
      const result = await perform(tx, step, { entry, reason, reachedAtMs })
      const kind = Object.keys(step)[0] ?? ''
      if (result.kind === 'later') {
        if (before === undefined) await log(tx, entry, kind, result.outcome)
        return entryStore.save(tx, { ...entry, dueAtMs: result.atMs })
      }
      await log(tx, entry, kind, result.outcome, reason)
      if (!result.told) await tell(tx, sop, entry, result.outcome, reason)
      entry = { ...entry, position: positionAfter(steps, entry.position) }
    }
    await end(tx, sop, entry, { state: 'finished', why: '走完全部步骤' })
  }

  async function end(
    tx: Tx,
    sop: Pick<SopVersion, 'name' | 'version' | 'title'>,
    entry: Entry,
    { state, why }: { state: Exclude<EntryState, 'active'>; why: string },
  ): Promise<void> {
    const over = {
      ...entry,
      state,
      dueAtMs: undefined,
      waitingEvent: undefined,
      endedAtMs: clock.now(),
      endReason: why,
    }
    await entryStore.save(tx, over)
    if (state !== 'finished') await dropTasks(tx, entry, why)
    const head = state === 'finished' ? '完成' : state === 'goal' ? '达成' : '离开'
    await timeline.note(tx, {
      key: `sop:${entry.id}:end`,
      externalUserId: entry.externalUserId,
      userId: entry.userId,
      kind: 'sop.ended',
      text: `${head} SOP「${sop.title}」：${why}`,
      reason: { text: why, rule: { kind: 'sop', name: sop.name, version: sop.version } },
    })
  }

  /** What the journey asked the guide for is no longer wanted once it has ended early. */
  async function dropTasks(tx: Tx, entry: Entry, why: string): Promise<void> {
    for (const step of await stepLog.ofEntries(tx, [entry.id])) {
      if (step.kind === 'task')
        await tasks.close(tx, { key: keyOf({ ...entry, position: step.position }), outcome: 'dropped', note: why })
    }
  }

  /** Who is only watched takes no step; the comparison ends by itself. */
  function watch(tx: Tx, sop: SopVersion, entry: Entry, nowMs: number): Promise<void> {
    const dueAtMs = entry.enteredAtMs + (sop.value.holdOut?.days ?? 0) * DAY_MS
    if (nowMs < dueAtMs) return entryStore.save(tx, { ...entry, dueAtMs })
    return end(tx, sop, entry, { state: 'finished', why: '对照组观察期满' })
  }

  /** Past the wait where the customer stands. */
  async function pastWait(tx: Tx, sop: SopVersion, entry: Entry, how: string, fromMs: number): Promise<void> {
    await log(tx, entry, 'wait', how)
    await run(tx, sop, { ...entry, position: positionAfter(sop.value.steps, entry.position) }, fromMs)
  }

  return {
    /** From the first step; who is only watched stays where they are until the comparison is over. */
    begin: (tx: Tx, sop: SopVersion, entry: Entry): Promise<void> =>
      entry.heldOut ? watch(tx, sop, entry, clock.now()) : run(tx, sop, entry, clock.now()),
    /** The wait is over, or it is time to try again. */
    due: async (tx: Tx, sop: SopVersion, entry: Entry): Promise<void> => {
      const now = clock.now()
      const dueAtMs = entry.dueAtMs ?? now
      if (entry.heldOut) return watch(tx, sop, entry, now)
      const fromMs = now - dueAtMs <= PUNCTUAL_MS ? dueAtMs : now
      const step = stepAt(sop.value.steps, entry.position)
      if (step === undefined || !('wait' in step)) return run(tx, sop, entry, fromMs)
      const waited = entry.waitingEvent === undefined ? '时间到' : `没有等到${EVENT_ZH[entry.waitingEvent]}`
      await pastWait(tx, sop, entry, waited, fromMs)
    },
    /** What the customer was waiting for has come. */
    wake: (tx: Tx, sop: SopVersion, entry: Entry, kind: TriggerEvent): Promise<void> =>
      pastWait(tx, sop, entry, `等到了${EVENT_ZH[kind]}`, clock.now()),
    end,
  }
}

export type Proceed = ReturnType<typeof createProceed>
