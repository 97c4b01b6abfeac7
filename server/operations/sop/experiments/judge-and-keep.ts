import type { Tx } from '../../../core/db/tx.ts'
import { lookStore } from './look-store.ts'
import { type ArmSeen, judge, type Verdict } from './verdict.ts'

/** Judges with the memory of all looks before, and remembers this one. `name`: which comparison it is, the same at every
 *  look; undefined for a look out of the row, which is judged by itself. */
export async function judgeAndKeep(
  tx: Tx,
  arms: readonly ArmSeen[],
  { name, nowMs }: { name: string | undefined; nowMs: number },
): Promise<Verdict> {
  if (name === undefined) return judge(arms, new Map())
  const others = arms.slice(1).map((arm) => arm.name)
  const keyOf = (arm: string): string => `${name}:${arm}`
  const kept = await lookStore.mostEvidence(tx, others.map(keyOf))
  const verdict = judge(
    arms,
    new Map(others.flatMap((arm) => (kept.has(keyOf(arm)) ? [[arm, kept.get(keyOf(arm)) ?? 0]] : []))),
  )
  // While the draw is broken nothing that is seen is evidence.
  if (verdict.isRatioBroken) return verdict
  for (const { arm, logEvidence } of verdict.comparisons) {
    if (logEvidence === undefined) continue
    await lookStore.write(tx, { comparison: keyOf(arm), evidence: logEvidence, comparisons: others.length, nowMs })
  }
  return verdict
}
