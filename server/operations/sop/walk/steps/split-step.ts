import type { Tx } from '../../../../core/db/tx.ts'
import type { Clock } from '../../../../core/kernel/clock.ts'
import { drawn } from '../../../../core/kernel/draw.ts'
import type { Entry } from '../../model/sop-entry.ts'
import { positionInto } from '../../model/step-path.ts'
import { SOP_SPLIT } from '../../sop-tables.ts'
import { reasonOf } from '../trail.ts'
import type { SpecOf, TakeStep } from '../walker.ts'

type Split = SpecOf<'split'>

/** Sends each customer the way of the arm that they draw. */
export const createSplitStep =
  ({ clock }: { clock: Clock }): TakeStep<Split> =>
  async (tx, split, { sop, kind, walkers, trail }) => {
    const entries = walkers.map(({ entry }) => entry)
    const arms = await drawArms(tx, split, entries, clock.now())
    return walkers.map((walker, index) => {
      const { entry } = walker
      const arm = arms[index] ?? 0
      const outcome = `实验「${split.experiment}」分到 ${split.arms[arm]?.arm ?? ''} 组`
      trail.log(entry, kind, outcome, { reason: reasonOf(sop, entry, { text: outcome }) })
      return { ...walker, entry: { ...entry, position: positionInto(sop.steps, entry.position, arm) } }
    })
  }

/** Index of the arm that each of these customers (or, `by: guide`, their guides) gets in an experiment: always the same one
 *  while its name and arms stay as they are. Stored once for each entry and step, for the results. */
async function drawArms(tx: Tx, split: Split, entries: Entry[], nowMs: number): Promise<number[]> {
  const weights = split.arms.map((arm) => arm.weight)
  const arms = entries.map((entry) =>
    drawn(`split:${split.experiment}`, split.by === 'guide' ? entry.userId : entry.externalUserId, weights),
  )
  await tx.insertIgnore(
    SOP_SPLIT,
    entries.map((entry, index) => ({
      entry_id: entry.id,
      position: entry.position,
      sop: entry.sop,
      version: entry.version,
      experiment: split.experiment,
      arm: split.arms[arms[index] ?? 0]?.arm ?? '',
      external_userid: entry.externalUserId,
      userid: entry.userId,
      at: nowMs,
    })),
  )
  return arms
}
