import { howMany } from '../../../../core/kernel/seeded.ts'
import { meanDifference } from '../mean-difference.ts'

/** What those who bought spent in thirty days, in cents, of the customers of CDNOW (server/records/scores/testing): at these shares
 *  of them, the lowest first. The largest spent a hundred and forty-six times the mean, and the standard deviation is three times it. */
export const CDNOW_SPENT: readonly (readonly [share: number, cents: number])[] = [
  [0, 399],
  [0.05, 1_077],
  [0.1, 1_177],
  [0.2, 1_399],
  [0.3, 1_536],
  [0.4, 2_128],
  [0.5, 2_713],
  [0.6, 3_224],
  [0.7, 4_171],
  [0.8, 5_546],
  [0.9, 8_129],
  [0.95, 12_390],
  [0.97, 15_843],
  [0.98, 18_885],
  [0.99, 26_179],
  [0.995, 34_990],
  [0.999, 57_728],
  [1, 648_747],
]

/** What one buyer spends; between two shares of the table as on a logarithmic scale. */
export function drawSpent(random: () => number): number {
  const share = random()
  const above = CDNOW_SPENT.findIndex(([at]) => at > share)
  const [[from, low], [to, high]] = [CDNOW_SPENT[above - 1] ?? [0, 1], CDNOW_SPENT[above] ?? [1, 1]]
  return low * (high / low) ** ((share - from) / (to - from))
}

/** An experiment in which both arms buy alike. */
export interface SpentAlike {
  /** So many of a hundred buy anything. */
  rate: number
  /** Of the smaller arm. */
  share: number
  /** So many people come on each day, and after each day somebody looks. */
  perDay: number
  days: number
}

/** On which day the interval of money per person left nought out, from 1; undefined: on none. */
export function playSpending({ rate, share, perDay, days }: SpentAlike, random: () => number): number | undefined {
  const arms = [createArm(), createArm()] as const
  for (let day = 1; day <= days; day++) {
    const ofOther = howMany(perDay, share, random)
    arms[0].come(perDay - ofOther, howMany(perDay - ofOther, rate, random), random)
    arms[1].come(ofOther, howMany(ofOther, rate, random), random)
    const { interval } = meanDifference(arms[0].spent(), arms[1].spent())
    if (interval !== undefined && (interval.low > 0 || interval.high < 0)) return day
  }
  return undefined
}

function createArm() {
  let people = 0
  const buyers: number[] = []
  return {
    come: (more: number, bought: number, random: () => number): void => {
      people += more
      for (let n = 0; n < bought; n++) buyers.push(drawSpent(random))
    },
    spent: () => ({ people, buyers: Float64Array.from(buyers) }),
  }
}
