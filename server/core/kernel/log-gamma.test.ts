import { expect, it } from 'vitest'
import { logBeta, logGamma } from './log-gamma.ts'

it.each([
  [1, 0],
  [2, 0],
  [0.5, 0.572_364_942_924_700_1],
  [5, 3.178_053_830_347_945_8],
  [0.1, 2.252_712_651_734_206],
  [100, 359.134_205_369_575_4],
  [1_000_000, 12_815_504.569_147_61],
])('the logarithm of gamma of %d is %d', (x, expected) => {
  expect(logGamma(x)).toBeCloseTo(expected, x > 1000 ? 5 : 11)
})

it('beta of 2 and 3 is a twelfth', () => {
  expect(Math.exp(logBeta(2, 3))).toBeCloseTo(1 / 12, 12)
})
