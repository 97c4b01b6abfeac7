/** A running mean and variance of numbers (Welford). */
export interface Tally {
  count: number
  mean: number
  /** Sum of squared distances from the mean. */
  spread: number
}

export const newTally = (): Tally => ({ count: 0, mean: 0, spread: 0 })

export function tally(into: Tally, value: number): void {
  into.count += 1
  const before = value - into.mean
  into.mean += before / into.count
  into.spread += before * (value - into.mean)
}

export interface MeanDifference {
  a: number
  b: number
  difference: number
  low: number
  high: number
}

const Z = 1.959963984540054

/** b − a with its 95 % interval, for one look; both need at least two people. */
export function meanDifference(a: Tally, b: Tally): MeanDifference {
  const error = Math.sqrt(a.spread / (a.count - 1) / a.count + b.spread / (b.count - 1) / b.count)
  const difference = b.mean - a.mean
  return { a: a.mean, b: b.mean, difference, low: difference - Z * error, high: difference + Z * error }
}
