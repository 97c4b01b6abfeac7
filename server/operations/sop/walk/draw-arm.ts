import type { Tx } from '../../../core/db/tx.ts'
import type { SopSplit } from '../../../rules/schema/sop-rule.ts'
import { drawn } from '../model/draw.ts'
import type { Entry } from '../model/sop-entry.ts'

/** Index of the arm that each of these customers (or, `by: guide`, their guides) gets in an experiment: always the same one
 *  while its name and arms stay as they are. Stored once for each entry and step, for the results. */
export async function drawArms(tx: Tx, split: SopSplit, entries: Entry[], nowMs: number): Promise<number[]> {
  const weights = split.arms.map((arm) => arm.weight)
  const arms = entries.map((entry) =>
    drawn(`split:${split.experiment}`, split.by === 'guide' ? entry.userId : entry.externalUserId, weights),
  )
  await tx.insertIgnore(
    'sop_split',
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
