import { seeded } from '../../../../core/kernel/seeded.ts'
import { calledBy, playMany } from './play.ts'
import { playSpending } from './play-spending.ts'

export const RATES = [0.005, 0.01, 0.02, 0.05, 0.2, 0.5]
/** Of the smaller arm. */
export const SHARES = [0.5, 0.1, 0.05]
export const DAYS = 60

export interface FalseAlarms {
  rate: number
  share: number
  /** Of all runs: how often a difference was called where there is none, at any of the daily looks. */
  called: number
}

/** Experiments without a difference, looked at every day. `onCell`: after each of them, for whoever waits. */
export function falseAlarms(
  { runs, perDay, seed, rates = RATES }: { runs: number; perDay: number; seed: number; rates?: readonly number[] },
  onCell: () => void = () => {},
): FalseAlarms[] {
  const random = seeded(seed)
  return rates.flatMap((rate) =>
    SHARES.map((share) => {
      const calls = playMany({ a: rate, b: rate, share, perDay, days: DAYS }, runs, random)
      onCell()
      return { rate, share, called: calledBy(calls, DAYS) }
    }),
  )
}

/** How many of a hundred buy; with fewer an arm of a twentieth has no interval in this time. */
export const BUYING = [0.02, 0.05, 0.2, 0.5]

/** Experiments in which both arms spend alike, as heavy-tailed as the customers of CDNOW did, looked at every day: how often the interval of
 *  money per person left nought out. `onCell`: after each of them, for whoever waits. */
export function spendingAlarms(
  { runs, perDay, seed, rates = BUYING }: { runs: number; perDay: number; seed: number; rates?: readonly number[] },
  onCell: () => void = () => {},
): FalseAlarms[] {
  const random = seeded(seed)
  return rates.flatMap((rate) =>
    SHARES.map((share) => {
      const played = { rate, share, perDay, days: DAYS }
      const calls = Array.from({ length: runs }, () => playSpending(played, random))
      onCell()
      return { rate, share, called: calledBy(calls, DAYS) }
    }),
  )
}

const BASES = [0.01, 0.05, 0.1, 0.2]
const TIMES = [1.2, 1.5, 2]
/** People of both arms together, up to whom the calls are counted. */
export const SIZES = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000]
const PER_LOOK = 100

export interface Power {
  a: number
  b: number
  share: number
  /** For each of `SIZES`: of all runs, how often the difference was found until then. */
  found: number[]
}

/** How often a difference is found, of how many people. */
export function power({ runs, seed }: { runs: number; seed: number }, onCell: () => void = () => {}): Power[] {
  const random = seeded(seed)
  const days = Math.max(...SIZES) / PER_LOOK
  return BASES.flatMap((a) =>
    TIMES.flatMap((times) =>
      SHARES.slice(0, 2).map((share) => {
        const b = a * times
        const calls = playMany({ a, b, share, perDay: PER_LOOK, days }, runs, random)
        onCell()
        return { a, b, share, found: SIZES.map((size) => calledBy(calls, size / PER_LOOK)) }
      }),
    ),
  )
}
