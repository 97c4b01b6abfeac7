import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pointsOf, quintileCuts } from './quintiles.ts'

const pointsIn = (values: number[]): number[] => {
  const cuts = quintileCuts(Float64Array.from(values))
  return values.map((value) => pointsOf(cuts, value))
}

it('ten different values make five pairs', () => {
  expect(pointsIn([10, 20, 30, 40, 50, 60, 70, 80, 90, 100])).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
})

it('equal values share the average of their ranks', () => {
  // Six at rank 3½ of 10: ceil(1.75).
  expect(pointsIn([1, 1, 1, 1, 1, 1, 2, 3, 4, 5])).toEqual([2, 2, 2, 2, 2, 2, 4, 4, 5, 5])
  // Rank 1 of 1 is the best.
  expect(pointsIn([7])).toEqual([5])
  expect(pointsIn([])).toEqual([])
})

it('agrees with ranks counted one by one, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 60 }), (values) => {
      const expected = values.map((value) => {
        const below = values.filter((one) => one < value).length
        const equal = values.filter((one) => one === value).length
        return Math.ceil((5 * (2 * below + 1 + equal)) / (2 * values.length))
      })
      expect(pointsIn(values)).toEqual(expected)
    }),
  )
})
