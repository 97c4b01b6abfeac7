import { expect, it } from 'vitest'
import { seeded } from '../../../core/kernel/seeded.ts'
import { ALPHA } from './drawn-evidence.ts'
import { meanDifference, type Spent, spentBy } from './mean-difference.ts'

/** What somebody spends: mostly nothing, else around a hundred yuan, and now and then very much. */
const spent = (random: () => number, rate: number, times = 1): number => {
  if (random() >= rate) return 0
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return times * 10_000 * Math.exp(normal)
}

it.each([
  [0.05, 0.5],
  [0.05, 0.1],
  [0.3, 0.1],
  [0.02, 0.05],
])(
  'where nothing differs its interval leaves nought out in at most five of a hundred runs, at all looks: rate %d, split %d',
  (rate, share) => {
    const random = seeded(29)
    const runs = 200
    let wrong = 0
    for (let run = 0; run < runs; run++) {
      const [a, b]: [number[], number[]] = [[], []]
      let isWrong = false
      for (let day = 0; day < 20; day++) {
        for (let person = 0; person < 300; person++) (random() < share ? b : a).push(spent(random, rate))
        const { interval } = meanDifference(spentBy(a), spentBy(b))
        isWrong ||= interval !== undefined && (interval.low > 0 || interval.high < 0)
      }
      wrong += Number(isWrong)
    }
    expect(wrong / runs).toBeLessThanOrEqual(ALPHA)
  },
)

it('finds a half more, and is not led by one large buyer', () => {
  const random = seeded(31)
  const of = (people: number, times: number): number[] =>
    Array.from({ length: people }, () => spent(random, 0.3, times))
  expect(meanDifference(spentBy(of(3_000, 1)), spentBy(of(3_000, 1.5))).interval?.low).toBeGreaterThan(0)
  const [a, b] = [of(1_000, 1), of(1_000, 1)]
  b[0] = 100_000_000
  const { difference, interval, cap } = meanDifference(spentBy(a), spentBy(b))
  expect(Math.abs(difference)).toBeLessThan(2_000)
  expect(cap).toBeLessThan(200_000)
  expect(interval?.low).toBeLessThan(0)
})

it('gives no interval while few have bought, and no limit where all spend the same', () => {
  expect(meanDifference(spentBy([0, 100, 0]), spentBy([300, 0]))).toEqual({
    a: 100 / 3,
    b: 150,
    difference: 150 - 100 / 3,
    interval: undefined,
    cap: undefined,
  })
  const same: Spent = spentBy(Array.from({ length: 200 }, (_, nth) => (nth % 2) * 500))
  expect(meanDifference(same, same)).toMatchObject({ difference: 0, cap: undefined })
})
