import fc from 'fast-check'
import { expect, it } from 'vitest'
import { missingSteps, pointsOf, quantileCuts } from './quantiles.ts'

const pointsIn = (values: number[]): number[] => {
  const cuts = quantileCuts(Float64Array.from(values))
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

it('three parts', () => {
  expect(quantileCuts(Float64Array.from([6, 5, 4, 3, 2, 1]), 3)).toEqual([3, 5])
})

it('says which points nobody gets and who shares the value in the way', () => {
  const missing = (values: number[], steps = 5) => {
    const sorted = Float64Array.from(values)
    return missingSteps(sorted, quantileCuts(sorted, steps))
  }
  // Six of ten at 2 points: neither 1 nor 3.
  const tie = { value: 1, people: 6, points: 2 }
  expect(missing([1, 5, 1, 1, 1, 4, 1, 1, 2, 3])).toEqual([
    { step: 1, tie },
    { step: 3, tie },
  ])
  expect(missing([1, 2, 3, 4, 5])).toEqual([])
  expect(missing([7])).toEqual([1, 2, 3, 4].map((step) => ({ step, tie: undefined })))
  expect(missing([])).toEqual([])
})
