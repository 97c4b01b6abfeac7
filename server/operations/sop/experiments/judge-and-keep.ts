import type { Tx } from '../../../core/db/tx.ts'
import { lookStore } from './look-store.ts'
import { type ArmSeen, judge, type Known, type Verdict } from './verdict.ts'

/** Looks before people were judged by the draw had another evidence, which erred too often; it is not to be counted. */
const BY_THE_DRAW = ':drawn'

/** Judges with the memory of all looks before, and remembers this one. `name`: which comparison it is, the same at every
 *  look; undefined for a look out of the row, which is judged by itself. */
export async function judgeAndKeep(
  tx: Tx,
  arms: readonly ArmSeen[],
  { name, first, nowMs }: { name: string | undefined; first: Known['first']; nowMs: number },
): Promise<Verdict> {
  if (name === undefined) return judge(arms, { first, mostEvidence: new Map() })
  const others = arms.slice(1).map((arm) => arm.name)
  const keyOf = (arm: string): string => `${name}:${arm}${BY_THE_DRAW}`
  const kept = await lookStore.mostEvidence(tx, others.map(keyOf))
  const mostEvidence = new Map(
    others.flatMap((arm) => (kept.has(keyOf(arm)) ? [[arm, kept.get(keyOf(arm)) ?? 0]] : [])),
  )
  const verdict = judge(arms, { first, mostEvidence })
  // While the draw is broken nothing that is seen is evidence.
  if (verdict.isRatioBroken) return verdict
  for (const { arm, logEvidence } of verdict.comparisons) {
    if (logEvidence === undefined) continue
    await lookStore.write(tx, { comparison: keyOf(arm), evidence: logEvidence, comparisons: others.length, nowMs })
  }
  return verdict
}
