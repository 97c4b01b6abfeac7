import { logGamma } from '../../../core/kernel/log-gamma.ts'
import { minimise } from './minimise.ts'

/* What a purchase of somebody is worth on average: Gamma-Gamma (Fader and Hardie 2013). Few purchases of one customer say
   little, and are drawn towards what all spend. */

export interface Spent {
  /** Purchases that were worth something. */
  purchases: number
  /** Their mean, in yuan. */
  mean: number
  /** So many customers are alike in both. */
  customers: number
}

export interface GammaGamma {
  p: number
  q: number
  gamma: number
}

export function logLikelihood(spent: readonly Spent[], { p, q, gamma }: GammaGamma): number {
  const head = q * Math.log(gamma) - logGamma(q)
  // Of so many purchases all have the same; there are few such numbers, and these are dear.
  const ofCount: number[] = []
  let sum = 0
  for (const { purchases: x, mean, customers } of spent) {
    ofCount[x] ??= logGamma(p * x + q) - logGamma(p * x) + head + p * x * Math.log(x)
    sum += customers * (ofCount[x] + (p * x - 1) * Math.log(mean) - (p * x + q) * Math.log(gamma + x * mean))
  }
  return sum
}

/** Purchases worth nothing are to be left out by whoever asks. */
export async function fitGammaGamma(
  spent: readonly Spent[],
): Promise<{ parameters: GammaGamma; logLikelihood: number; isSettled: boolean }> {
  const of = (logs: readonly number[]): GammaGamma => {
    const [p = 1, q = 1, gamma = 1] = logs.map(Math.exp)
    return { p, q, gamma }
  }
  const people = spent.reduce((sum, one) => sum + one.customers, 0)
  const lossAt = (logs: readonly number[]): number =>
    Math.max(...logs.map(Math.abs)) > 14 ? Number.POSITIVE_INFINITY : -logLikelihood(spent, of(logs)) / people
  const first = await minimise(lossAt, [0.5, 0.5, 2])
  const best = await minimise(lossAt, first.at)
  return { parameters: of(best.at), logLikelihood: -best.value * people, isSettled: best.isSettled }
}

/** What a purchase of theirs is to be expected to be worth, in yuan; without any, what all spend. Needs q above 1. */
export const expectedMean = ({ purchases: x, mean }: Omit<Spent, 'customers'>, { p, q, gamma }: GammaGamma): number =>
  (p * (gamma + x * mean)) / (p * x + q - 1)
