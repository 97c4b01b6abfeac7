import { chanceOf } from '../random.ts'

/** How a shop treats us; shares are 0 to 1. */
export interface Manners {
  /** Pushes that never come. */
  lost: number
  /** Pushes that come twice. */
  doubled: number
  /** Pushes that come after the next ones. */
  late: number
  /** Pages that end early and say that there is more. */
  partPages: number
  /** Calls at which the token is suddenly no longer good. */
  expiredTokens: number
  /** Answers that are no JSON, lack what is promised, or say that all is busy. */
  wrongShapes: number
  /** Calls at which nobody is there. */
  down: number
  /** Gifts that are given although the answer is lost. */
  lostAnswers: number
  /** Gifts that are not given, and nobody says so. */
  lostAsks: number
  /** How long the side that is read lags behind what is pushed, by the sandbox's clock. */
  readLagMs: number
}

/** As shops really are; the default. */
export const UNKIND: Manners = {
  lost: 0.1,
  doubled: 0.15,
  late: 0.2,
  partPages: 0.3,
  expiredTokens: 0.02,
  wrongShapes: 0.04,
  down: 0,
  lostAnswers: 0.1,
  lostAsks: 0,
  readLagMs: 0,
}
/** For a demo in which nothing shall be waited for. */
export const KIND: Manners = {
  lost: 0,
  doubled: 0,
  late: 0,
  partPages: 0,
  expiredTokens: 0,
  wrongShapes: 0,
  down: 0,
  lostAnswers: 0,
  lostAsks: 0,
  readLagMs: 0,
}

/** Draws by the seed and by what is asked, so that the same run meets the same troubles. */
export function createChance(seed: number) {
  let drawn = 0
  return (share: number, word: string): boolean => {
    drawn += 1
    return share > 0 && chanceOf(seed, word, drawn) < share
  }
}
export type Chance = ReturnType<typeof createChance>
