/** The smallest values that get 2, 3, 4 … points; Infinity where no value gets so many. */
export type Cuts = number[]

/** Cuts values into `steps` parts by rank, the smallest first. Equal values share the average of their ranks, so the same
 *  value always gets the same points, whoever's it is: points = ceil(steps × average rank ÷ count). Sorts `values` in place. */
export function quantileCuts(values: Float64Array, steps = 5): Cuts {
  values.sort()
  const cuts: Cuts = new Array<number>(steps - 1).fill(Infinity)
  const count = values.length
  for (let first = 0; first < count; ) {
    const value = values[first] ?? 0
    let next = first + 1
    while (next < count && values[next] === value) next += 1
    // Ranks first+1 … next; twice their average is first + 1 + next.
    const points = Math.ceil((steps * (first + 1 + next)) / (2 * count))
    for (let given = 2; given <= points; given++) cuts[given - 2] = Math.min(cuts[given - 2] ?? Infinity, value)
    first = next
  }
  return cuts
}

/** 1 to one more than there are cuts. */
export const pointsOf = (cuts: Cuts, value: number): number => 1 + cuts.filter((cut) => value >= cut).length

/** Points that nobody gets. */
export interface MissingStep {
  step: number
  /** Who would have them share this value with too many others, and get these points; undefined: there are too few people. */
  tie: { value: number; people: number; points: number } | undefined
}

/** `sorted`: what the cuts were made from, the smallest first. */
export function missingSteps(sorted: Float64Array, cuts: Cuts): MissingStep[] {
  const [count, steps] = [sorted.length, cuts.length + 1]
  return Array.from({ length: steps }, (_, index) => index + 1).flatMap((step): MissingStep[] => {
    const from = step === 1 ? 0 : firstAtLeast(sorted, cuts[step - 2] ?? Infinity)
    const to = step === steps ? count : firstAtLeast(sorted, cuts[step - 1] ?? Infinity)
    if (from < to || count === 0) return []
    if (count < steps) return [{ step, tie: undefined }]
    const value = sorted[Math.ceil(((step - 0.5) * count) / steps) - 1] ?? 0
    const first = firstAtLeast(sorted, value)
    const people = sorted.lastIndexOf(value) + 1 - first
    return [{ step, tie: { value, people, points: pointsOf(cuts, value) } }]
  })
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
