import { howMany } from '../../../../core/kernel/seeded.ts'
import { ALPHA, type Arm, baseRate, type Evidence, FIRST_PEOPLE, openBets } from '../drawn-evidence.ts'

/** An experiment that is only played. */
export interface Played {
  /** The goal's rate in the first arm and in the other. */
  a: number
  b: number
  /** Of the other arm among the people of both. */
  share: number
  /** So many people come on each day, and after each day somebody looks. */
  perDay: number
  days: number
}

/** The bets of one draw at one rate are the same in every run, and only some hundred rates come up. */
type Bets = Map<number, Evidence>

/** On which day a difference was called, from 1; undefined: on none. */
export function playOnce({ a, b, share, perDay, days }: Played, bets: Bets, random: () => number): number | undefined {
  const first = { people: 0, goals: 0 }
  const other = { people: 0, goals: 0 }
  const come = (people: number): void => {
    const ofOther = howMany(people, share, random)
    first.people += people - ofOther
    first.goals += howMany(people - ofOther, a, random)
    other.people += ofOther
    other.goals += howMany(ofOther, b, random)
  }
  let evidence: Evidence | undefined
  for (let day = 1; day <= days; day++) {
    const missing = FIRST_PEOPLE - first.people - other.people
    if (missing > perDay) {
      come(perDay)
      continue
    }
    if (evidence === undefined) {
      come(missing)
      evidence = betsAt(bets, { share, goals: first.goals + other.goals })
      come(perDay - missing)
    } else come(perDay)
    if (evidence(first, other) >= -Math.log(ALPHA)) return day
  }
  return undefined
}

function betsAt(bets: Bets, { share, goals }: { share: number; goals: number }): Evidence {
  const kept = bets.get(goals)
  if (kept !== undefined) return kept
  const made = openBets({ share, rate: baseRate({ people: FIRST_PEOPLE, goals } satisfies Arm) })
  bets.set(goals, made)
  return made
}

/** On which days a difference was called, one entry for each run; undefined: on none. */
export function playMany(played: Played, runs: number, random: () => number): (number | undefined)[] {
  const bets: Bets = new Map()
  return Array.from({ length: runs }, () => playOnce(played, bets, random))
}

/** Calls until a day, as a share of all runs. */
export const calledBy = (calls: readonly (number | undefined)[], day: number): number =>
  calls.filter((call) => call !== undefined && call <= day).length / calls.length
