import { ALPHA } from './drawn-evidence.ts'

/** What sharing the purse among many sizes costs, as a logarithm; by trial (`sop calibrate --power`). */
const SHARED = 2
/** Four of five experiments see it by then: that quantile of the standard normal distribution. */
const FOUR_OF_FIVE = 0.841_621_233_572_914_3

/** A difference that is worth knowing of: a fifth more goals; of rates above one half, a sixth less of the others. */
export const worthKnowing = (share: number): number => (share <= 0.5 ? share * 1.2 : 1 - (1 - share) / 1.2)

/** Two arms with these shares; `share`: of the second arm among the people of both. */
export interface Apart {
  a: number
  b: number
  share: number
}

/** What one more person brings on average, as a logarithm of evidence, and how much that varies; 0 where nothing differs. */
export function gainOf({ a, b, share }: Apart): { mean: number; spread: number } {
  if (a === b) return { mean: 0, spread: 0 }
  const rate = (1 - share) * a + share * b
  const outcomes = [
    { chance: (1 - share) * a, gain: Math.log(a / rate) },
    { chance: (1 - share) * (1 - a), gain: Math.log((1 - a) / (1 - rate)) },
    { chance: share * b, gain: Math.log(b / rate) },
    { chance: share * (1 - b), gain: Math.log((1 - b) / (1 - rate)) },
  ].filter(({ chance }) => chance > 0)
  const mean = outcomes.reduce((sum, one) => sum + one.chance * one.gain, 0)
  return { mean, spread: Math.sqrt(outcomes.reduce((sum, one) => sum + one.chance * (one.gain - mean) ** 2, 0)) }
}

/** How many people both arms together need until four of five experiments have found this difference; infinitely many
 *  where there is none. */
export function peopleNeeded(apart: Apart, comparisons = 1): number {
  const { mean, spread } = gainOf(apart)
  if (mean <= 0) return Number.POSITIVE_INFINITY
  const wanted = Math.log(comparisons / ALPHA) + SHARED
  // people·mean − z·√people·spread reaches what is wanted.
  const reach = FOUR_OF_FIVE * spread
  return Math.ceil(((reach + Math.sqrt(reach ** 2 + 4 * mean * wanted)) / (2 * mean)) ** 2)
}
