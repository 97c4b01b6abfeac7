import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { seeded } from '../../../core/kernel/seeded.ts'
import { SHARES, spendingAlarms } from './calibration/calibrate.ts'
import { CDNOW_SPENT, drawSpent } from './calibration/play-spending.ts'
import { ALPHA } from './drawn-evidence.ts'

/** What each customer of CDNOW spent in the thirty days from the first purchase on, in cents, the least first. */
const spent = readFileSync(new URL('../../../records/scores/testing/cdnow-sample.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' ').map((purchase) => purchase.split(':').map(Number)))
  .map((history) => {
    const [[firstDay = 0] = []] = history
    return history.reduce((sum, [day = 0, cents = 0]) => sum + (day < firstDay + 30 ? cents : 0), 0)
  })
  .filter((cents) => cents > 0)
  .toSorted((a, b) => a - b)

it('is played with what the customers of CDNOW spent, tail and all', () => {
  expect(spent).toHaveLength(2_349)
  for (const [share, cents] of CDNOW_SPENT) expect(spent[Math.round(share * (spent.length - 1))]).toBe(cents)
  const random = seeded(5)
  const drawn = Array.from({ length: 200_000 }, () => drawSpent(random))
  const mean = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length
  expect(mean(drawn) / mean(spent)).toBeCloseTo(1, 1)
})

it('where both arms spend alike the interval of money leaves nought out in at most five of a hundred, looked at every day', () => {
  const rows = spendingAlarms({ runs: 60, perDay: 200, seed: 3, rates: [0.05, 0.2] })
  expect(rows.map(({ rate, share }) => [rate, share])).toEqual(
    [0.05, 0.2].flatMap((rate) => SHARES.map((share) => [rate, share])),
  )
  for (const { called } of rows) expect(called).toBeLessThanOrEqual(ALPHA)
})
