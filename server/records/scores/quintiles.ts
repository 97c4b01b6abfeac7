/** The smallest values that get 2, 3, 4 and 5 points; Infinity where no value gets so many. */
export type Cuts = [number, number, number, number]

/** Cuts values into five parts by rank, the smallest first. Equal values share the average of their ranks, so the same
 *  value always gets the same points, whoever's it is: points = ceil(5 × average rank ÷ count). Sorts `values` in place. */
export function quintileCuts(values: Float64Array): Cuts {
  values.sort()
  const cuts: Cuts = [Infinity, Infinity, Infinity, Infinity]
  const count = values.length
  for (let first = 0; first < count; ) {
    const value = values[first] ?? 0
    let next = first + 1
    while (next < count && values[next] === value) next += 1
    // Ranks first+1 … next; twice their average is first + 1 + next.
    const points = Math.ceil((5 * (first + 1 + next)) / (2 * count))
    for (let given = 2; given <= points; given++) cuts[given - 2] = Math.min(cuts[given - 2] ?? Infinity, value)
    first = next
  }
  return cuts
}

/** 1 to 5. */
export const pointsOf = (cuts: Cuts, value: number): number => 1 + cuts.filter((cut) => value >= cut).length
