import { logGamma } from '../../../core/kernel/log-gamma.ts'

/** Assignment is called broken below this. */
export const RATIO_ALARM = 0.001

/** Pearson's chi-square of the numbers that came against those that the weights promise; gives p. A small one means that
 *  the arms were not filled as drawn, and that no comparison of them can be believed. */
export function sampleRatioP(came: readonly number[], promised: readonly number[]): number {
  const people = came.reduce((sum, count) => sum + count, 0)
  const weights = promised.reduce((sum, weight) => sum + weight, 0)
  if (people === 0 || weights === 0 || came.length < 2) return 1
  const chiSquare = came.reduce((sum, count, index) => {
    const expected = (people * (promised[index] ?? 0)) / weights
    return sum + (expected === 0 ? 0 : (count - expected) ** 2 / expected)
  }, 0)
  return 1 - lowerGamma((came.length - 1) / 2, chiSquare / 2)
}

/** The regularised lower incomplete gamma function P(a, x), by its series or, where that is slow, its continued fraction. */
function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0
  const head = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = 1; n < 500 && term > sum * 1e-15; n++) {
      term *= x / (a + n)
      sum += term
    }
    return sum * head
  }
  const tiny = 1e-300
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < 500; n++) {
    const an = -n * (n - a)
    b += 2
    d = 1 / (an * d + b || tiny)
    c = b + an / c || tiny
    const step = c * d
    fraction *= step
    if (Math.abs(step - 1) < 1e-15) break
  }
  return 1 - head * fraction
}
