import type { Tx } from '../../../core/db/tx.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import { DAY_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import type { BoundStep } from '../../../rules/book/bound-step.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import { eventZh, type Vocabulary } from '../../../rules/vocabulary.ts'
import type { Entry } from '../model/sop-entry.ts'
import { positionAfter, stepAt } from '../model/step-path.ts'
import { createEnd, type EndDeps } from './end.ts'
import { createStepVocabulary, type StepDeps, type StepVocabulary } from './steps/step-vocabulary.ts'
import { newTrail, type TrailDeps } from './trail.ts'
import type { Standing, StepKind, TakeStep, Walker } from './walker.ts'

export type WalkDeps = StepDeps & EndDeps & TrailDeps

/** Later than this and a wait's successor counts from now: after an outage nobody gets days of steps at once, nor a
 *  10-o'clock step at night. */
const PUNCTUAL_MS = 5 * MINUTE_MS

/** Takes customers through a journey, each from where they are to the next wait or the end, in the caller's transaction.
 *  They go together, all of one version: what many do alike is done in a few statements. */
export function createWalk(deps: WalkDeps) {
  const { clock } = deps
  const steps = createStepVocabulary(deps)
  const end = createEnd(deps)

  async function run(tx: Tx, sop: SopVersion, start: Walker[], trail = newTrail(deps)): Promise<void> {
    const finished: Entry[] = []
    let under: Walker[] = start.map((walker) => ({ ...walker, entry: { ...walker.entry, waitingEvent: undefined } }))
    while (under.length > 0) {
      const next: Walker[] = []
      for (const [position, walkers] of groupBy(under, ({ entry }) => entry.position)) {
        const step = stepAt(sop.steps, position)
        if (step === undefined) finished.push(...walkers.map(({ entry }) => entry))
        else next.push(...(await take(tx, steps, step, { sop, walkers, trail })))
      }
      under = next
    }
    await trail.write(tx)
    await end(tx, sop, finished, { state: 'finished', why: '走完全部步骤' })
  }

  /** Past the wait where they stand. */
  function pastWait(tx: Tx, sop: SopVersion, walkers: Walker[], how: (entry: Entry) => string): Promise<void> {
    const trail = newTrail(deps)
    for (const { entry } of walkers) trail.log(entry, 'wait', how(entry))
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
    const [still, over] = parted(entries, (entry) => now < until(entry))
    const trail = newTrail(deps)
    for (const entry of still) trail.park({ ...entry, dueAtMs: until(entry) })
    await trail.write(tx)
    await end(tx, sop, over, { state: 'finished', why: '对照组观察期满' })
  }

  function walkerOf(entry: Entry): Walker {
    const now = clock.now()
    const dueAtMs = entry.dueAtMs ?? now
    return { entry, fromMs: now - dueAtMs <= PUNCTUAL_MS ? dueAtMs : now }
  }

  return {
    /** From the first step; who is only watched stays there until the comparison is over. */
    begin: async (tx: Tx, sop: SopVersion, entry: Entry): Promise<void> =>
      entry.heldOut ? watch(tx, sop, [entry]) : run(tx, sop, [{ entry, fromMs: clock.now(), isFresh: true }]),
    /** Their wait is over, or it is time to try again. All of this version. */
    due: async (tx: Tx, sop: SopVersion, entries: Entry[]): Promise<void> => {
      const [watched, walking] = parted(entries, (entry) => entry.heldOut)
      if (watched.length > 0) await watch(tx, sop, watched)
      const [waiting, trying] = parted(walking.map(walkerOf), ({ entry }) => {
        const step = stepAt(sop.steps, entry.position)
        return step !== undefined && 'wait' in step
      })
      if (trying.length > 0) await run(tx, sop, trying)
      if (waiting.length > 0) await pastWait(tx, sop, waiting, (entry) => howItEnded(entry, deps.vocabulary))
    },
    /** What the customer was waiting for has come. */
    wake: (tx: Tx, sop: SopVersion, entry: Entry, what: string): Promise<void> =>
      pastWait(tx, sop, [{ entry, fromMs: clock.now() }], () => `等到了${what}`),
    end: (tx: Tx, sop: Parameters<typeof end>[1], entry: Entry, how: Parameters<typeof end>[3]): Promise<void> =>
      end(tx, sop, [entry], how),
  }
}
export type Walk = ReturnType<typeof createWalk>

function take(tx: Tx, steps: StepVocabulary, step: BoundStep, standing: Omit<Standing, 'kind'>): Promise<Walker[]> {
  const [only] = Object.entries(step)
  if (only === undefined) throw new Error('a step of no kind')
  const [key, spec] = only
  // A step has exactly one key, by its schema, and what stands behind it is what the step of that kind takes.
  const kind = key as StepKind
  return (steps[kind] as TakeStep<unknown>)(tx, spec, { ...standing, kind })
}

const howItEnded = ({ waitingEvent }: Entry, vocabulary: Vocabulary): string =>
  waitingEvent === undefined ? '时间到' : `没有等到${eventZh(vocabulary, waitingEvent)}`

function parted<T>(list: T[], belongs: (one: T) => boolean): [yes: T[], no: T[]] {
  return [list.filter(belongs), list.filter((one) => !belongs(one))]
}
