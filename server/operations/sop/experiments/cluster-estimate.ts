import { type Arm, baseRate } from './drawn-evidence.ts'
import type { Estimate } from './msprt.ts'

/** Fewer guides in an arm say nothing: their own difference is larger than what an arm can do. */
export const MIN_CLUSTERS = 20
/** Fewer goals than these, expected in an arm, are not yet near a normal distribution. */
export const MIN_EXPECTED_GOALS = 20

const peopleOf = (guides: readonly Arm[]): number => guides.reduce((sum, guide) => sum + guide.people, 0)
const goalsOf = (guides: readonly Arm[]): number => guides.reduce((sum, guide) => sum + guide.goals, 0)

/** The shares over all people of two arms whose guides were drawn as a whole, each guide's customers one `Arm`. People of one
 *  guide are alike, so the variance is that between guides; it is taken over the guides of both arms around their common
 *  share, as it would be if there were no difference: an arm without a goal would else be certain of it. Undefined with fewer
 *  than 20 guides in an arm, or where fewer than 20 goals are to be expected. */
export function clusterEstimates(a: readonly Arm[], b: readonly Arm[]): { a: Estimate; b: Estimate } | undefined {
  const [someA, someB] = [a, b].map((guides) => guides.filter(({ people }) => people > 0)) as [Arm[], Arm[]]
  if (Math.min(someA.length, someB.length) < MIN_CLUSTERS) return undefined
  const all = [...someA, ...someB]
  const rate = baseRate({ people: peopleOf(all), goals: goalsOf(all) })
  if (Math.min(peopleOf(someA), peopleOf(someB)) * rate < MIN_EXPECTED_GOALS) return undefined
  const spread = all.reduce((sum, guide) => sum + (guide.goals - rate * guide.people) ** 2, 0) / (all.length - 2)
  const size = all.reduce((sum, guide) => sum + guide.people ** 2, 0)
  const estimate = (guides: readonly Arm[]): Estimate => {
    const people = peopleOf(guides)
    // Large guides vary more; each arm has its own.
    const own = guides.reduce((sum, guide) => sum + guide.people ** 2, 0)
    return { share: goalsOf(guides) / people, variance: (spread * all.length * (own / size)) / people ** 2 }
  }
  return { a: estimate(someA), b: estimate(someB) }
}
