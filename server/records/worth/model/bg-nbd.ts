import { logBeta, logGamma } from '../../../core/kernel/log-gamma.ts'
import { minimise } from './minimise.ts'

/* How often whoever bought once buys again, and whether they are still there: BG/NBD (Fader, Hardie, Lee 2005, «Counting Your
   Customers the Easy Way»). While alive a customer buys at a rate of their own; after each purchase they may be gone for
   good. */

/** What the model knows of customers. Times in weeks. */
export interface Bought {
  /** Further days with a purchase after the first. */
  repeats: number
  /** From the first purchase to the last; 0 without a repeat. */
  lastAt: number
  /** From the first purchase to the end of what is known. */
  known: number
  /** So many customers are alike in all three. */
  customers: number
}

export interface BgNbd {
  r: number
  alpha: number
  a: number
  b: number
}

export interface Fit {
  parameters: BgNbd
  logLikelihood: number
  isSettled: boolean
}

/** ln(e^a + e^b). */
const logSum = (a: number, b: number): number => {
  const most = Math.max(a, b)
  return most + Math.log(Math.exp(a - most) + Math.exp(b - most))
}

export function logLikelihood(customers: readonly Bought[], { r, alpha, a, b }: BgNbd): number {
  const head = r * Math.log(alpha) - logGamma(r) - logBeta(a, b)
  // Of so many repeats all have the same; there are few such numbers, and these are dear.
  const stays: number[] = []
  const leaves: number[] = []
  let sum = 0
  for (const { repeats: x, lastAt, known, customers: count } of customers) {
    stays[x] ??= logGamma(r + x) + logBeta(a, b + x)
    const alive = stays[x] - (r + x) * Math.log(alpha + known)
    if (x === 0) {
      sum += count * (head + alive)
      continue
    }
    leaves[x] ??= logGamma(r + x) + logBeta(a + 1, b + x - 1)
    sum += count * (head + logSum(alive, leaves[x] - (r + x) * Math.log(alpha + lastAt)))
  }
  return sum
}

/** The parameters under which what happened was most likely. Any unit of time does that makes the longest time some dozens:
 *  weeks. */
export async function fitBgNbd(customers: readonly Bought[]): Promise<Fit> {
  const of = (logs: readonly number[]): BgNbd => {
    const [r = 1, alpha = 1, a = 1, b = 1] = logs.map(Math.exp)
    return { r, alpha, a, b }
  }
  const people = customers.reduce((sum, one) => sum + one.customers, 0)
  const lossAt = (logs: readonly number[]): number =>
    Math.max(...logs.map(Math.abs)) > 12 ? Number.POSITIVE_INFINITY : -logLikelihood(customers, of(logs)) / people
  // The first rest may be a saddle; from there once more, with a simplex that is wide again.
  const first = await minimise(lossAt, [0, 0, 0, 0])
  const best = await minimise(lossAt, first.at)
  return { parameters: of(best.at), logLikelihood: -best.value * people, isSettled: best.isSettled }
}

/** How likely it is that the customer still buys. 1 for everybody without a repeat, which says nothing. */
export function aliveChance(
  { repeats: x, lastAt, known }: Omit<Bought, 'customers'>,
  { r, alpha, a, b }: BgNbd,
): number {
  if (x === 0) return 1
  const odds = Math.log(a / (b + x - 1)) + (r + x) * Math.log((alpha + known) / (alpha + lastAt))
  return 1 / (1 + Math.exp(odds))
}

/** Purchase days to be expected within the next `weeks`. */
export const expectedRepeats = (customer: Omit<Bought, 'customers'>, weeks: number, model: BgNbd): number =>
  expectedIfAlive(customer, weeks, model) * aliveChance(customer, model)

/** Of somebody who still buys: the same for all who bought as often and are known for as long. */
export function expectedIfAlive(
  { repeats: x, known }: Pick<Bought, 'repeats' | 'known'>,
  weeks: number,
  { r, alpha, a, b }: BgNbd,
): number {
  const z = weeks / (alpha + known + weeks)
  // Euler's transformation: the published form multiplies a vanishing factor with an endless one when x is large.
  const stays = (1 - z) ** (a - 1) * gauss(a + b - 1 - r, a - 1, a + b + x - 1, z)
  return ((a + b + x - 1) / (a - 1)) * (1 - stays)
}

/** The same for somebody who buys for the first time now. */
export function expectedOfNew(weeks: number, { r, alpha, a, b }: BgNbd): number {
  const z = weeks / (alpha + weeks)
  return ((a + b - 1) / (a - 1)) * (1 - (1 - z) ** r * gauss(r, b, a + b - 1, z))
}

/** Gauss' hypergeometric function 2F1(a, b; c; z) for 0 ≤ z < 1, by its series. */
export function gauss(a: number, b: number, c: number, z: number): number {
  let term = 1
  let sum = 1
  for (let n = 0; n < 20_000; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z
    sum += term
    if (Math.abs(term) <= Math.abs(sum) * 1e-15) break
  }
  return sum
}
