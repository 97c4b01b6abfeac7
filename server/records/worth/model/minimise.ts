import { setImmediate as nextTurn } from 'node:timers/promises'

export interface Minimum {
  at: number[]
  value: number
  /** Did it come to rest, or was it stopped. */
  isSettled: boolean
}

const MOST_ROUNDS = 2_000

/** The lowest point of a function near a start, by the simplex of Nelder and Mead (1965): no derivatives, and what is not
 *  finite counts as high. Between two looks at the function others get their turn. `step`: how far the first corners lie apart; `tolerance`: of the values at the corners when it
 *  rests. */
export async function minimise(
  of: (at: readonly number[]) => number,
  start: readonly number[],
  { step = 0.5, tolerance = 1e-11 }: { step?: number; tolerance?: number } = {},
): Promise<Minimum> {
  const valueAt = async (at: number[]): Promise<{ at: number[]; value: number }> => {
    await nextTurn()
    const value = of(at)
    return { at, value: Number.isFinite(value) ? value : Number.POSITIVE_INFINITY }
  }
  const corners = [await valueAt([...start])]
  for (const axis of start.keys()) {
    corners.push(await valueAt(start.map((one, index) => (index === axis ? one + step : one))))
  }
  const order = (): void => {
    corners.sort((a, b) => a.value - b.value)
  }
  for (let round = 0; round < MOST_ROUNDS; round++) {
    order()
    const [best, worst, next] = [corners[0], corners.at(-1), corners.at(-2)]
    if (best === undefined || worst === undefined || next === undefined) throw new Error('a simplex needs two corners')
    if (Math.abs(worst.value - best.value) <= tolerance * (Math.abs(best.value) + tolerance)) {
      return { ...best, isSettled: true }
    }
    const middle = start.map(
      (_, axis) => corners.slice(0, -1).reduce((sum, corner) => sum + (corner.at[axis] ?? 0), 0) / (corners.length - 1),
    )
    const along = (share: number) => valueAt(middle.map((one, axis) => one + share * ((worst.at[axis] ?? 0) - one)))
    const mirrored = await along(-1)
    let found = mirrored
    if (mirrored.value < best.value) {
      const further = await along(-2)
      if (further.value < mirrored.value) found = further
    } else if (mirrored.value >= next.value) {
      found = await along(mirrored.value < worst.value ? -0.5 : 0.5)
      if (found.value >= Math.min(worst.value, mirrored.value)) {
        for (const [index, corner] of corners.entries()) {
          if (index === 0) continue
          corners[index] = await valueAt(best.at.map((one, axis) => one + 0.5 * ((corner.at[axis] ?? 0) - one)))
        }
        continue
      }
    }
    corners[corners.length - 1] = found
  }
  order()
  return { ...(corners[0] ?? { at: [...start], value: Number.POSITIVE_INFINITY }), isSettled: false }
}
