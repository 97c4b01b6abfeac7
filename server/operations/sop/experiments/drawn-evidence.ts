/* Evidence that two arms differ, by betting on the draw. If the arm makes no difference, then knowing whether somebody
   reached the goal says nothing about which arm they were drawn into: that stays the share which the rule promises. Who bets
   on the arm at those fair odds, person after person, wins nothing on average, whatever the goal's rate, however unequal the
   arms, and at however many looks (Ville's inequality; the two-sample e-variables of Turner, Ly and Grünwald 2024, with the
   draw's own share in place of blocks). Nothing is taken to be normal or large. */

/** People and how many of them reached the goal. */
export interface Arm {
  people: number
  goals: number
}

/** False alarms in a hundred, over all looks together. */
export const ALPHA = 0.05

/** As many people who came first, of all arms together, tell about where the goal's rate lies; nothing is judged before. */
export const FIRST_PEOPLE = 200

/** The goal's rate by those who came first, which arm each is in aside: chosen so, it takes no side, and never changes. */
export const baseRate = ({ people, goals }: Arm): number => (goals + 0.5) / (people + 1)

/** Log odds by which the arms may differ, each sign alike: from a fiftieth to thirteenfold odds. */
const EFFECTS = Array.from({ length: 15 }, (_, step) => 0.02 * 1.415 ** step).flatMap((size) => [size, -size])

const bell = (x: number, width: number): number => Math.exp(-((x / width) ** 2) / 2) / width

/** How much is put on each: small differences are usual, large ones happen. Steps widen with the size. */
const WEIGHTS = EFFECTS.map((effect) => Math.abs(effect) * (bell(effect, 0.2) + bell(effect, 0.7)))

/** Part of the purse is put on other rates: those who came first may have been unlike all later ones. */
const OTHER_RATES = [0.02, 0.15, 0.5]
const ON_OTHERS = 0.2

/** The shares of goals in both arms whose odds differ by so much, and which together make `rate`. `share`: of the second
 *  arm among the people of both. */
export function armsApart(effect: number, { rate, share }: { rate: number; share: number }): { a: number; b: number } {
  const odds = Math.exp(effect)
  // (1 − share)·a + share·b = rate with b = odds·a / (1 + (odds − 1)·a), solved for a.
  const square = (1 - share) * (odds - 1)
  const line = 1 - share + share * odds - rate * (odds - 1)
  const a = (2 * rate) / (line + Math.sqrt(line ** 2 + 4 * square * rate))
  return { a, b: (odds * a) / (1 + (odds - 1) * a) }
}

export interface Draw {
  /** Of the second arm among the people of both, as the rule promises it. */
  share: number
  /** Where the goal's rate lies, by `baseRate`. */
  rate: number
}

/** How far the bets have multiplied, as a logarithm, after these people. */
export type Evidence = (a: Arm, b: Arm) => number

/** The bets of one comparison. They are many, one for each size that the difference may have, and the purse is shared among
 *  them beforehand. */
export function openBets({ share, rate }: Draw): Evidence {
  const rates = [rate, ...OTHER_RATES]
  const count = rates.length * EFFECTS.length
  const [stake, goalInA, goalInB, noneInA, noneInB] = Array.from(
    { length: 5 },
    () => new Float64Array(count),
  ) as Columns
  const total = WEIGHTS.reduce((sum, weight) => sum + weight, 0)
  for (const [row, near] of rates.entries()) {
    const part = row === 0 ? 1 - ON_OTHERS : ON_OTHERS / OTHER_RATES.length
    for (const [column, effect] of EFFECTS.entries()) {
      const { a, b } = armsApart(effect, { rate: near, share })
      const at = row * EFFECTS.length + column
      stake[at] = Math.log((part * (WEIGHTS[column] ?? 0)) / total)
      goalInA[at] = Math.log(a / near)
      goalInB[at] = Math.log(b / near)
      noneInA[at] = Math.log((1 - a) / (1 - near))
      noneInB[at] = Math.log((1 - b) / (1 - near))
    }
  }
  const won = new Float64Array(count)
  return (a, b) => {
    const [noneA, noneB] = [a.people - a.goals, b.people - b.goals]
    let most = Number.NEGATIVE_INFINITY
    for (let at = 0; at < count; at++) {
      const log =
        of(stake, at) +
        a.goals * of(goalInA, at) +
        b.goals * of(goalInB, at) +
        noneA * of(noneInA, at) +
        noneB * of(noneInB, at)
      won[at] = log
      if (log > most) most = log
    }
    let sum = 0
    for (const log of won) if (log > most - NEGLIGIBLE) sum += Math.exp(log - most)
    return most + Math.log(sum)
  }
}

type Columns = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array]

/** A bet that is so much smaller, as a logarithm, adds nothing to the sum. */
const NEGLIGIBLE = 36

// For the compiler only: within its length an array has a value.
const of = (column: Float64Array, at: number): number => column[at] as number
