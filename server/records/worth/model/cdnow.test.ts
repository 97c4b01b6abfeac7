import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { aliveChance, type Bought, expectedOfNew, expectedRepeats, fitBgNbd } from './bg-nbd.ts'
import { expectedMean, fitGammaGamma, type Spent } from './gamma-gamma.ts'

/* The purchases of CDNOW's customers up to 30 September 1997, against the figures of the papers and of the programs BTYD,
   CLVTools and lifetimes. */

const LAST_DAY = 272
const histories = readFileSync(new URL('../../scores/testing/cdnow-sample.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) =>
    line.split(' ').map((purchase) => {
      const [day = 0, cents = 0] = purchase.split(':').map(Number)
      return { day, cents }
    }),
  )
const bought = histories.map((history): Bought => {
  const known = history.filter(({ day }) => day <= LAST_DAY)
  const [first, last] = [known[0]?.day ?? 0, known.at(-1)?.day ?? 0]
  return { repeats: known.length - 1, lastAt: (last - first) / 7, known: (LAST_DAY - first) / 7, customers: 1 }
})
const spent = histories.flatMap((history): Spent[] => {
  const repeats = history
    .filter(({ day }) => day <= LAST_DAY)
    .slice(1)
    .filter(({ cents }) => cents > 0)
  if (repeats.length === 0) return []
  const cents = repeats.reduce((sum, one) => sum + one.cents, 0)
  return [{ purchases: repeats.length, mean: cents / 100 / repeats.length, customers: 1 }]
})

it('finds the parameters of the paper, to three digits', async () => {
  const { parameters, logLikelihood, isSettled } = await fitBgNbd(bought)
  expect(isSettled).toBe(true)
  expect(parameters.r).toBeCloseTo(0.2426, 3)
  expect(parameters.alpha).toBeCloseTo(4.4136, 2)
  expect(parameters.a).toBeCloseTo(0.7929, 3)
  expect(parameters.b).toBeCloseTo(2.4259, 2)
  expect(logLikelihood).toBeCloseTo(-9582.43, 1)
})

const PAPER = { r: 0.2425945, alpha: 4.4136019, a: 0.7929199, b: 2.4258881 }

it.each([
  [0.1429, 0.0078],
  [1, 0.0532],
  [3, 0.1506],
  [31.8571, 1.0405],
  [32, 1.0437],
  [52, 1.444],
  [78, 1.8576],
])('within %d weeks somebody new buys %d times more', (weeks, expected) => {
  // Of long times the published figures differ in the fourth digit.
  expect(expectedOfNew(weeks, PAPER)).toBeCloseTo(expected, weeks > 52 ? 3 : 4)
})

it.each([
  [2, 30.43, 38.86, 39, 1.226, 3],
  [26, 30.857, 31, 52, 25.757, 1],
  [10, 20, 39, 52, 0.347_460_6, 4],
  [15, 20, 39, 52, 0.042_833_91, 4],
  [20, 20, 39, 52, 0.004_158_973, 5],
  [25, 20, 39, 52, 0.000_358_368_5, 6],
])('%i repeats until week %d of %d: in %i weeks more %d', (repeats, lastAt, known, weeks, expected, digits) => {
  expect(expectedRepeats({ repeats, lastAt, known }, weeks, PAPER)).toBeCloseTo(expected, digits)
})

it('knows who is still there; of whoever bought once it knows nothing', () => {
  expect(aliveChance({ repeats: 2, lastAt: 30.43, known: 38.86 }, PAPER)).toBeCloseTo(0.7266, 4)
  expect(aliveChance({ repeats: 26, lastAt: 30.857, known: 31 }, PAPER)).toBeCloseTo(0.96885, 4)
  expect(aliveChance({ repeats: 0, lastAt: 0, known: 39 }, PAPER)).toBe(1)
})

it('stays a number when somebody buys hundreds of times, and never expects less than nothing', () => {
  for (const repeats of [0, 1, 300, 900]) {
    const expected = expectedRepeats({ repeats, lastAt: repeats === 0 ? 0 : 99, known: 100 }, 13, PAPER)
    expect(Number.isFinite(expected) && expected >= 0).toBe(true)
  }
})

it('finds what a purchase is worth, and draws who bought little towards all', async () => {
  const { parameters, logLikelihood } = await fitGammaGamma(spent)
  expect(spent).toHaveLength(946)
  expect(parameters.p).toBeCloseTo(6.25, 1)
  expect(parameters.q).toBeCloseTo(3.74, 1)
  expect(parameters.gamma).toBeCloseTo(15.44, 0)
  expect(logLikelihood).toBeCloseTo(-4055.92, 1)
  const told = { p: 6.25, q: 3.74, gamma: 15.44 }
  expect(expectedMean({ purchases: 2, mean: 22.35 }, told)).toBeCloseTo(24.65, 1)
  expect(expectedMean({ purchases: 0, mean: 0 }, told)).toBeCloseTo(35.17, 1)
})
