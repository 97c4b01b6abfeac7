import { ALPHA, estimateOf, logEvidence } from '../msprt.ts'

/** Numbers in [0, 1), the same for one seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export interface Simulation {
  runs: number
  shareA: number
  shareB: number
  tau: number
  seed: number
}

const PEOPLE = 10_000
const EVERY = 100
const FIRST_LOOK = 200
const Z = 1.959963984540054

/** Experiments of 10,000 people in each arm, looked at every 100 from 200 on: the shares of runs in which a difference was
 *  called, by our test and by a plain 5 % test that forgets that it looked before; and where ours stopped. */
export function simulate({ runs, shareA, shareB, tau, seed }: Simulation): {
  msprt: number
  naive: number
  stopAt: number
} {
  const random = seeded(seed)
  let called = 0
  let naive = 0
  let stops = 0
  for (let run = 0; run < runs; run++) {
    let [a, b] = [0, 0]
    let isCalled = false
    let isNaive = false
    for (let people = 1; people <= PEOPLE; people++) {
      if (random() < shareA) a += 1
      if (random() < shareB) b += 1
      if (people < FIRST_LOOK || people % EVERY > 0) continue
      const [left, right] = [estimateOf({ people, goals: a }), estimateOf({ people, goals: b })]
      if (!isNaive && Math.abs(right.share - left.share) > Z * Math.sqrt(left.variance + right.variance)) isNaive = true
      if (!isCalled && logEvidence(left, right, tau) >= -Math.log(ALPHA)) {
        isCalled = true
        stops += people
      }
      if (isCalled && isNaive) break
    }
    called += Number(isCalled)
    naive += Number(isNaive)
  }
  return { msprt: called / runs, naive: naive / runs, stopAt: called === 0 ? 0 : stops / called }
}
