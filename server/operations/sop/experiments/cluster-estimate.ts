import type { Arm, Estimate } from './msprt.ts'

/** Fewer guides in an arm say nothing: their own difference is larger than what an arm can do. */
export const MIN_CLUSTERS = 20

/** The share over all people of an arm whose guides were drawn as a whole, each guide's customers one `Arm`. People of one
 *  guide are alike, so the variance is that between guides. Undefined with fewer than 20 guides. */
export function clusterEstimate(guides: readonly Arm[]): Estimate | undefined {
  const some = guides.filter(({ people }) => people > 0)
  if (some.length < MIN_CLUSTERS) return undefined
  const people = some.reduce((sum, guide) => sum + guide.people, 0)
  const share = some.reduce((sum, guide) => sum + guide.goals, 0) / people
  const spread = some.reduce((sum, guide) => sum + (guide.goals - share * guide.people) ** 2, 0)
  return { share, variance: ((some.length / (some.length - 1)) * spread) / people ** 2 }
}
