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

/** b − a with an interval that holds at all looks together (asymptotic confidence sequences, Waudby-Smith and others 2024). Both
 *  arms are taken to vary alike, so that an arm in which by chance all are alike is not certain of it. Values are not negative. */
export function meanDifference(a: Float64Array, b: Float64Array, alpha: number = ALPHA): MeanDifference {
  const buyers = [...a, ...b].filter((value) => value > 0).sort((x, y) => x - y)
  const most = buyers.at(-1) ?? 0
  const limit = buyers[Math.max(0, Math.ceil(buyers.length * TOP) - 1)] ?? 0
  const [meanA, meanB] = [meanOf(a, limit), meanOf(b, limit)]
  const common = { a: meanA, b: meanB, difference: meanB - meanA, cap: limit < most ? limit : undefined }
  const enough = [a, b].every((arm) => arm.reduce((count, value) => count + Number(value > 0), 0) >= MIN_BUYERS)
  if (!enough) return { ...common, interval: undefined }
  const people = a.length + b.length
  const spread = spreadOf(a, limit, meanA) + spreadOf(b, limit, meanB)
  const error = Math.sqrt((spread / (people - 2)) * (1 / a.length + 1 / b.length))
  const tuned = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / NARROWEST_AT
  const n = people * tuned
  const reach = error * Math.sqrt(((2 * (n + 1)) / n) * Math.log(Math.sqrt(n + 1) / alpha))
  return { ...common, interval: { low: common.difference - reach, high: common.difference + reach } }
}

const meanOf = (arm: Float64Array, limit: number): number =>
  arm.length === 0 ? 0 : arm.reduce((sum, value) => sum + Math.min(value, limit), 0) / arm.length

const spreadOf = (arm: Float64Array, limit: number, mean: number): number =>
  arm.reduce((sum, value) => sum + (Math.min(value, limit) - mean) ** 2, 0)
