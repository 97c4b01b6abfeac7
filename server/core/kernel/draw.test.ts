import { expect, it } from 'vitest'
import { drawn, drawPoint } from './draw.ts'

const people = Array.from({ length: 20_000 }, (_, index) => `wm${index}`)
const count = (weights: readonly number[], draw = 'split:开场白'): number[] =>
  people.reduce((sums, one) => {
    const index = drawn(draw, one, weights)
    sums[index] = (sums[index] ?? 0) + 1
    return sums
  }, Array<number>(weights.length).fill(0))

it('everybody draws the same for ever', () => {
  // Written down once: a change of the draw would move people from one arm to another in the middle of an experiment.
  expect(['wmA', 'wmB', 'wmC', 'wmD', 'wmE', 'wmF'].map((one) => drawn('split:开场白', one, [50, 30, 20]))).toEqual([
    0, 2, 0, 0, 0, 1,
  ])
})

it('the shares are those of the weights', () => {
  const [a = 0, b = 0, c = 0] = count([50, 30, 20])
  // Three standard deviations of 20,000 draws are at most 213.
  expect(Math.abs(a - 10_000)).toBeLessThan(213)
  expect(Math.abs(b - 6_000)).toBeLessThan(213)
  expect(Math.abs(c - 4_000)).toBeLessThan(213)
})

it('one draw says nothing about another', () => {
  const both = people.filter((one) => drawPoint('split:a', one) < 0.5 && drawPoint('split:b', one) < 0.5).length
  expect(Math.abs(both - 5_000)).toBeLessThan(184)
})
