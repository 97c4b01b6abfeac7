import type { Tx } from '../../../core/db/tx.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import type { Reason } from '../../../core/kernel/reason.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import type { Timeline } from '../../../records/timeline/timeline.ts'
import type { BoundBranch, BoundStep } from '../../../rules/book/bound-step.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import type { SopSplit } from '../../../rules/schema/sop-rule.ts'
import type { WaitStep } from '../../../rules/schema/sop-step.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import { stepLog } from '../model/step-log.ts'
import { positionAfter, positionInto, positionText, stepAt } from '../model/step-path.ts'
import { dueText, EVENT_ZH } from '../model/step-text.ts'
import { waitDue } from '../model/wait-due.ts'
import { chooseBranches } from './choose-branch.ts'
import { drawArms } from './draw-arm.ts'
import { createEnd, type EndDeps } from './end.ts'
import { type ActingStep, createPerformStep, type PerformStepDeps } from './perform-step.ts'
import { type PresentGuidesDeps, withPresentGuides } from './present-guides.ts'
import { keyOf } from './step-result.ts'
import { newTrail, type Trail, writeTrail } from './trail.ts'

export type WalkDeps = PerformStepDeps &
  PresentGuidesDeps &
  EndDeps & {
    facts: Pick<CustomerFacts, 'of'>
    timeline: Pick<Timeline, 'note' | 'noteAll'>
  }

/** Later than this and a wait's successor counts from now: after an outage nobody gets days of steps at once, nor a
 *  10-o'clock step at night. */
const PUNCTUAL_MS = 5 * MINUTE_MS

/** Somebody under way: `fromMs` is where their next wait begins. */
interface Walker {
  entry: Entry
  fromMs: number
}

/** Takes customers through a journey, each from where they are to the next wait or the end, in the caller's transaction.
 *  They go together, all of one version: what many do alike is done in a few statements. */
export function createWalk(deps: WalkDeps) {
  const { clock, facts, timeline } = deps
  const perform = createPerformStep(deps)
  const end = createEnd(deps)

  const reasonOf = (sop: SopVersion, entry: Entry, text?: string, seen?: Record<string, unknown>): Reason => ({
    text: `SOP「${sop.title}」${positionText(entry.position)}${text === undefined ? '' : `：${text}`}`,
    rule: { kind: 'sop', name: sop.name, version: sop.version },
    ...(seen === undefined ? {} : { facts: seen }),
    ...(entry.event === undefined ? {} : { eventId: entry.event.id }),
  })

  function log(
    trail: Trail,
    entry: Entry,
    kind: string,
    outcome: string,
    reason?: Reason,
    atMs: number = clock.now(),
  ): void {
    const { id: entryId, position } = entry
    trail.steps.push({ entryId, position, kind, atMs, outcome, reason })
  }

  function tell(trail: Trail, sop: SopVersion, entry: Entry, outcome: string, reason: Reason): void {
    const { externalUserId, userId } = entry
    const text = `SOP「${sop.title}」${outcome}`
    trail.notes.push({ key: keyOf(entry), externalUserId, userId, kind: 'sop.step', text, reason })
  }

  function park(trail: Trail, { entry, fromMs }: Walker, wait: WaitStep): void {
    const dueAtMs = waitDue(wait, fromMs)
    const waitingEvent = typeof wait === 'object' && 'event' in wait ? wait.event : undefined
    const until = waitingEvent === undefined ? '' : `等${EVENT_ZH[waitingEvent]}，最晚`
    log(trail, entry, 'wait', `${until}${dueText(dueAtMs)}`)
    trail.parked.push({ ...entry, dueAtMs, waitingEvent })
  }

  async function choose(
    tx: Tx,
    trail: Trail,
    sop: SopVersion,
    walkers: Walker[],
    branches: BoundBranch[],
  ): Promise<Walker[]> {
    const ids = walkers.map(({ entry }) => entry.externalUserId)
    const choices = await chooseBranches(tx, facts, branches, ids, clock.now())
    const { steps } = sop
    return walkers.flatMap((walker) => {
      const { entry } = walker
      const choice = choices.get(entry.externalUserId)
      if (choice === undefined) return []
      const reason = reasonOf(sop, entry, choice.text, choice.seen)
      log(trail, entry, 'choose', choice.outcome, reason)
      tell(trail, sop, entry, choice.outcome, reason)
      const position =
        choice.branch === undefined
          ? positionAfter(steps, entry.position)
          : positionInto(steps, entry.position, choice.branch)
      return [{ ...walker, entry: { ...entry, position } }]
    })
  }

  async function split(tx: Tx, trail: Trail, sop: SopVersion, walkers: Walker[], of: SopSplit): Promise<Walker[]> {
    const arms = await drawArms(
      tx,
      of,
      walkers.map(({ entry }) => entry),
      clock.now(),
    )
    return walkers.map((walker, index) => {
      const { entry } = walker
      const arm = arms[index] ?? 0
      const outcome = `实验「${of.experiment}」分到 ${of.arms[arm]?.arm ?? ''} 组`
      log(trail, entry, 'split', outcome, reasonOf(sop, entry, outcome))
      return { ...walker, entry: { ...entry, position: positionInto(sop.steps, entry.position, arm) } }
    })
  }

  async function act(tx: Tx, trail: Trail, sop: SopVersion, walkers: Walker[], step: ActingStep): Promise<Walker[]> {
    const entries = await withPresentGuides(
      tx,
      deps,
      walkers.map(({ entry }) => entry),
    )
    const before = await stepLog.findAll(tx, entries)
    const contexts = entries.map((entry) => ({
      sop,
      entry,
      reason: reasonOf(sop, entry),
      reachedAtMs: before.get(entry.id)?.atMs ?? clock.now(),
    }))
    // Another journey may take over and end this one: what it did must be written by then.
    if ('start' in step) await writeTrail(tx, trail, timeline)
    const results = await perform(tx, step, contexts)
    const active = 'start' in step ? await entryStore.stillActive(tx, ids(entries)) : undefined
    const kind = Object.keys(step)[0] ?? ''
    return contexts.flatMap(({ entry, reason, reachedAtMs }, index) => {
      const result = results[index]
      if (result === undefined) throw new Error(`step ${kind} gave no result`)
      if (result.kind === 'later') {
        if (before.get(entry.id)?.outcome !== result.outcome)
          log(trail, entry, kind, result.outcome, undefined, reachedAtMs)
        trail.parked.push({ ...entry, dueAtMs: result.atMs })
        return []
      }
      log(trail, entry, kind, result.outcome, reason)
      if (!result.told) tell(trail, sop, entry, result.outcome, reason)
      if (active?.has(entry.id) === false) return []
      const position = positionAfter(sop.steps, entry.position)
      return [{ entry: { ...entry, position }, fromMs: walkers[index]?.fromMs ?? clock.now() }]
    })
  }

  const go = (tx: Tx, trail: Trail, sop: SopVersion, walkers: Walker[], step: BoundStep): Promise<Walker[]> => {
    if ('choose' in step) return choose(tx, trail, sop, walkers, step.choose)
    if ('split' in step) return split(tx, trail, sop, walkers, step.split)
    if ('wait' in step) {
      for (const walker of walkers) park(trail, walker, step.wait)
      return Promise.resolve([])
    }
    return act(tx, trail, sop, walkers, step)
  }

  async function run(tx: Tx, sop: SopVersion, start: Walker[], trail = newTrail()): Promise<void> {
    const finished: Entry[] = []
    let under: Walker[] = start.map((walker) => ({ ...walker, entry: { ...walker.entry, waitingEvent: undefined } }))
    while (under.length > 0) {
      const next: Walker[] = []
      for (const [position, walkers] of groupBy(under, ({ entry }) => entry.position)) {
        const step = stepAt(sop.steps, position)
        if (step === undefined) finished.push(...walkers.map(({ entry }) => entry))
        else next.push(...(await go(tx, trail, sop, walkers, step)))
      }
      under = next
    }
    await writeTrail(tx, trail, timeline)
    await end(tx, sop, finished, { state: 'finished', why: '走完全部步骤' })
  }

  /** Past the wait where they stand. */
  function pastWait(tx: Tx, sop: SopVersion, walkers: Walker[], how: (entry: Entry) => string): Promise<void> {
    const trail = newTrail()
    for (const { entry } of walkers) log(trail, entry, 'wait', how(entry))
    const past = walkers.map(({ entry, fromMs }) => ({
      entry: { ...entry, position: positionAfter(sop.steps, entry.position) },
      fromMs,
    }))
    return run(tx, sop, past, trail)
  }

  /** Who is only watched takes no step; the comparison ends by itself. */
  async function watch(tx: Tx, sop: SopVersion, entries: Entry[]): Promise<void> {
    const now = clock.now()
    const until = (entry: Entry): number => entry.enteredAtMs + (sop.value.holdOut?.days ?? 0) * DAY_MS
    const still = entries.filter((entry) => now < until(entry))
    await writeTrail(
      tx,
      { ...newTrail(), parked: still.map((entry) => ({ ...entry, dueAtMs: until(entry) })) },
      timeline,
    )
    const over = entries.filter((entry) => now >= until(entry))
    await end(tx, sop, over, { state: 'finished', why: '对照组观察期满' })
  }

  return {
    /** From the first step; who is only watched stays there until the comparison is over. */
    begin: async (tx: Tx, sop: SopVersion, entry: Entry): Promise<void> =>
      entry.heldOut ? watch(tx, sop, [entry]) : run(tx, sop, [{ entry, fromMs: clock.now() }]),
    /** Their wait is over, or it is time to try again. All of this version. */
    due: async (tx: Tx, sop: SopVersion, entries: Entry[]): Promise<void> => {
      const now = clock.now()
      const [watched, walking] = parted(entries, (entry) => entry.heldOut)
      if (watched.length > 0) await watch(tx, sop, watched)
      const walkers = walking.map((entry) => {
        const dueAtMs = entry.dueAtMs ?? now
        return { entry, fromMs: now - dueAtMs <= PUNCTUAL_MS ? dueAtMs : now }
      })
      const [waiting, trying] = parted(walkers, ({ entry }) => {
        const step = stepAt(sop.steps, entry.position)
        return step !== undefined && 'wait' in step
      })
      if (trying.length > 0) await run(tx, sop, trying)
      if (waiting.length > 0) {
        await pastWait(tx, sop, waiting, ({ waitingEvent }) =>
          waitingEvent === undefined ? '时间到' : `没有等到${EVENT_ZH[waitingEvent]}`,
        )
      }
    },
    /** What the customer was waiting for has come. */
    wake: (tx: Tx, sop: SopVersion, entry: Entry, what: string): Promise<void> =>
      pastWait(tx, sop, [{ entry, fromMs: clock.now() }], () => `等到了${what}`),
    end: (tx: Tx, sop: Parameters<typeof end>[1], entry: Entry, how: Parameters<typeof end>[3]): Promise<void> =>
      end(tx, sop, [entry], how),
  }
}

const ids = (entries: readonly Entry[]): number[] => entries.map((entry) => entry.id)

function parted<T>(list: T[], belongs: (one: T) => boolean): [yes: T[], no: T[]] {
  return [list.filter(belongs), list.filter((one) => !belongs(one))]
}

export type Walk = ReturnType<typeof createWalk>
