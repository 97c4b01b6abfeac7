/* The mixture sequential probability ratio test for two shares that are near a normal distribution (Johari, Koomen, Pekelis,
   Walsh 2017): where guides are drawn and not people, and for guard-rails. People are judged by `drawn-evidence.ts`. */
import { ALPHA, type Arm } from './drawn-evidence.ts'

/** A share with the variance of its estimate. */
export interface Estimate {
  share: number
  variance: number
}

/** The standard deviation of the differences that one cares for, where the goal is reached so often: about a third of the
 *  odds. */
export const differencesAround = (rate: number): number => 0.3 * rate * (1 - rate)

/** Each person counts for themself. */
export function estimateOf({ people, goals }: Arm): Estimate {
  const share = people === 0 ? 0 : goals / people
  return { share, variance: people === 0 ? Number.POSITIVE_INFINITY : (share * (1 - share)) / people }
}

/** The logarithm of the evidence Λ against "no difference". Arms need not be equally large: with equally many people in
 *  each it is the published formula. 0 while nothing varies. */
export function logEvidence(a: Estimate, b: Estimate, tau: number): number {
  const variance = a.variance + b.variance
  if (!Number.isFinite(variance) || variance === 0) return 0
  const difference = b.share - a.share
  const wide = variance + tau ** 2
  return Math.log(variance / wide) / 2 + (tau ** 2 * difference ** 2) / (2 * variance * wide)
}

/** Where the difference b − a lies, at any look, with a certainty of 1 − alpha: every value that the test would not
 *  refuse. */
export function alwaysValidInterval(
  a: Estimate,
  b: Estimate,
  { tau, alpha = ALPHA }: { tau: number; alpha?: number },
): { low: number; high: number } {
  const variance = a.variance + b.variance
  if (!Number.isFinite(variance)) return { low: -1, high: 1 }
  const wide = variance + tau ** 2
  const reach =
    variance === 0
      ? 0
      : Math.sqrt(((2 * variance * wide) / tau ** 2) * (Math.log(wide / variance) / 2 - Math.log(alpha)))
  const difference = b.share - a.share
  return { low: Math.max(-1, difference - reach), high: Math.min(1, difference + reach) }
}
