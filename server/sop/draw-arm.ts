import type { Tx } from '../db/tx.ts'
import type { SopSplit } from '../rules/schema/sop-rule.ts'
import { drawn } from './share.ts'
import type { Entry } from './sop-entry.ts'

/** Index of the arm that this customer (or, `by: guide`, this guide) gets in an experiment: always the same one while its
 *  name and arms stay as they are. Stored once for each entry and step, for the results. */
export async function drawArm(tx: Tx, split: SopSplit, entry: Entry, nowMs: number): Promise<number> {
  const subject = split.by === 'guide' ? entry.userId : entry.externalUserId
  const index = drawn(
    `split:${split.experiment}`,
    subject,
    split.arms.map((arm) => arm.weight),
  )
  await tx.insertIgnore('sop_split', [
    {
      entry_id: entry.id,
      position: entry.position,
      sop: entry.sop,
      version: entry.version,
      experiment: split.experiment,
      arm: split.arms[index]?.arm ?? '',
      external_userid: entry.externalUserId,
      userid: entry.userId,
      at: nowMs,
    },
  ])
  return index
}
