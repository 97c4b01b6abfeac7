import { ALPHA } from './drawn-evidence.ts'

/** What each person of two arms bought or spent, compared so that it may be looked at every day and a single large buyer
 *  does not decide. */
export interface MeanDifference {
  /** Means of both arms, where nobody counts for more than `cap`. */
  a: number
  b: number
  difference: number
  /** Undefined while too few have bought. */
  interval: { low: number; high: number } | undefined
  /** Undefined: nobody is above it. */
  cap: number | undefined
}

/** Of a hundred who bought, the one who bought most counts as the next. */
const TOP = 0.99
/** With fewer buyers in an arm its mean is not yet near a normal distribution. */
export const MIN_BUYERS = 50
/** People of both arms together at whom the interval is narrowest; that is as many as most experiments see. */
const NARROWEST_AT = 2_000

/** An arm: all of its people, and what those who bought or spent anything did. */
export interface Spent {
  people: number
  /** Above nought, in any order. */
  buyers: Float64Array
}

/** `values`: of each person, not negative. */
export const spentBy = (values: readonly number[]): Spent => ({
  people: values.length,
  buyers: Float64Array.from(values.filter((value) => value > 0)),
})

/** b − a with an interval that holds at all looks together (asymptotic confidence sequences, Waudby-Smith and others 2024). Both
 *  arms are taken to vary alike, so that an arm in which by chance all are alike is not certain of it. Values are not negative. */
export function meanDifference(a: Spent, b: Spent, alpha: number = ALPHA): MeanDifference {
  const buyers = new Float64Array(a.buyers.length + b.buyers.length)
  buyers.set(a.buyers)
  buyers.set(b.buyers, a.buyers.length)
  buyers.sort()
  const most = buyers.at(-1) ?? 0
  const limit = buyers[Math.max(0, Math.ceil(buyers.length * TOP) - 1)] ?? 0
  const [meanA, meanB] = [meanOf(a, limit), meanOf(b, limit)]
  const common = { a: meanA, b: meanB, difference: meanB - meanA, cap: limit < most ? limit : undefined }
  if (Math.min(a.buyers.length, b.buyers.length) < MIN_BUYERS) return { ...common, interval: undefined }
  const people = a.people + b.people
  const spread = spreadOf(a, limit, meanA) + spreadOf(b, limit, meanB)
  const error = Math.sqrt((spread / (people - 2)) * (1 / a.people + 1 / b.people))
  const tuned = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / NARROWEST_AT
  const n = people * tuned
  const reach = error * Math.sqrt(((2 * (n + 1)) / n) * Math.log(Math.sqrt(n + 1) / alpha))
  return { ...common, interval: { low: common.difference - reach, high: common.difference + reach } }
}

const meanOf = ({ people, buyers }: Spent, limit: number): number =>
  people === 0 ? 0 : buyers.reduce((sum, value) => sum + Math.min(value, limit), 0) / people

const spreadOf = ({ people, buyers }: Spent, limit: number, mean: number): number =>
  buyers.reduce((sum, value) => sum + (Math.min(value, limit) - mean) ** 2, (people - buyers.length) * mean ** 2)
