import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import { quietUntil } from '../../../rules/book/quiet-until.ts'
import type { RuleBookHolder, SopVersion } from '../../../rules/book/rule-book.ts'
import { entryStore } from '../model/sop-entry.ts'
import { stepLog } from '../model/step-log.ts'
import { positionAfter } from '../model/step-path.ts'
import { type PresentGuidesDeps, withPresentGuides } from './present-guides.ts'
import type { PerformForAll, StepContext, StepResult } from './step-result.ts'
import { reasonOf } from './trail.ts'
import type { Standing, TakeStep, Walker } from './walker.ts'

export interface ActDeps extends PresentGuidesDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
}

export interface Manner {
  /** Somebody's phone rings: in quiet hours it waits for their end. The welcome answers the customer's own step, and its
   *  code does not wait. */
  reachesPeople?: true
  /** What it does may end the very journey of which it is a step. */
  mayEndIt?: true
}

/** Makes a step out of what it does: with the guide whom each customer has now, at most once each, written on the trail. */
export function createAct(deps: ActDeps) {
  const { clock, rules } = deps

  function quiet({ value }: SopVersion, contexts: StepContext[]): StepResult[] | undefined {
    const atMs = quietUntil(clock.now(), [value.quiet, rules.current().policy.quiet])
    if (atMs === undefined) return undefined
    return contexts.map(() => ({ kind: 'later', outcome: `免打扰时段，等到 ${shanghaiText(atMs)}`, atMs }))
  }

  /** Each with their present guide and when they came to this step for the first time. */
  async function contextsOf(tx: Tx, { sop, walkers }: Standing) {
    const entries = await withPresentGuides(
      tx,
      deps,
      walkers.map(({ entry }) => entry),
    )
    const before = await stepLog.findAll(
      tx,
      entries.filter((_entry, index) => walkers[index]?.isFresh !== true),
    )
    const contexts = entries.map((entry): StepContext => {
      const reachedAtMs = before.get(entry.id)?.atMs ?? clock.now()
      return { sop, entry, reason: reasonOf(sop, entry), reachedAtMs }
    })
    return { contexts, before }
  }

  return <Spec>(perform: PerformForAll<Spec>, { reachesPeople, mayEndIt }: Manner = {}): TakeStep<Spec> =>
    async (tx, spec, standing) => {
      const { sop, kind, walkers, trail } = standing
      const { contexts, before } = await contextsOf(tx, standing)
      // What they did until here must be written when another journey takes over and ends this one.
      if (mayEndIt) await trail.write(tx)
      const results = (reachesPeople ? quiet(sop, contexts) : undefined) ?? (await perform(tx, spec, contexts))
      const ids = contexts.map(({ entry }) => entry.id)
      const active = mayEndIt ? await entryStore.stillActive(tx, ids) : undefined
      return contexts.flatMap(({ entry, reason, reachedAtMs }, index): Walker[] => {
        const result = results[index]
        if (result === undefined) throw new Error(`step ${kind} gave no result`)
        const { outcome } = result
        if (result.kind === 'later') {
          if (before.get(entry.id)?.outcome !== outcome) trail.log(entry, kind, outcome, { atMs: reachedAtMs })
          trail.park({ ...entry, dueAtMs: result.atMs })
          return []
        }
        trail.log(entry, kind, outcome, { reason })
        if (!result.told) trail.tell(sop, entry, outcome, reason)
        if (active?.has(entry.id) === false) return []
        const position = positionAfter(sop.steps, entry.position)
        const { fromMs = clock.now(), isFresh } = walkers[index] ?? {}
        return [{ entry: { ...entry, position }, fromMs, ...(isFresh === true ? { isFresh } : {}) }]
      })
    }
}
