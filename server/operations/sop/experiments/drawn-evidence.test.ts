import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { howMany, seeded } from '../../../core/kernel/seeded.ts'
import { falseAlarms } from './calibration/calibrate.ts'
import { calledBy, playMany } from './calibration/play.ts'
import { ALPHA, type Arm, armsApart, openBets } from './drawn-evidence.ts'
import { peopleNeeded } from './people-needed.ts'
import { differenceSequence, shareSequence } from './share-sequence.ts'

const arm = (people: number, goals: number): Arm => ({ people, goals })

describe('the evidence', () => {
  it('wins nothing on average where there is no difference, whatever the draw and the rate: it is a fair bet', () => {
    const chance = fc.double({ min: 0.01, max: 0.99, noNaN: true })
    fc.assert(
      fc.property(chance, chance, chance, (share, rate, truth) => {
        const evidence = openBets({ share, rate })
        const factor = (a: Arm, b: Arm): number => Math.exp(evidence(a, b))
        // All that may become of three people, each in one of the arms, with or without a goal.
        let mean = 0
        for (let outcome = 0; outcome < 64; outcome++) {
          const [a, b] = [arm(0, 0), arm(0, 0)]
          let probability = 1
          for (let person = 0; person < 3; person++) {
            const [isOther, isGoal] = [(outcome >> (2 * person)) & 1, (outcome >> (2 * person + 1)) & 1]
            const into = isOther === 1 ? b : a
            into.people += 1
            into.goals += isGoal
            probability *= (isOther === 1 ? share : 1 - share) * (isGoal === 1 ? truth : 1 - truth)
          }
          mean += probability * factor(a, b)
        }
        return Math.abs(mean - 1) < 1e-9
      }),
    )
  })

  it('has bets on shares that make the rate together and differ by the odds that are bet on', () => {
    const { a, b } = armsApart(Math.log(2), { rate: 0.2, share: 0.1 })
    expect(0.9 * a + 0.1 * b).toBeCloseTo(0.2, 12)
    expect(b / (1 - b) / (a / (1 - a))).toBeCloseTo(2, 12)
  })

  it('does not care which arm is which when both are equally large', () => {
    const evidence = openBets({ share: 0.5, rate: 0.1 })
    expect(evidence(arm(1000, 130), arm(1000, 90))).toBeCloseTo(evidence(arm(1000, 90), arm(1000, 130)), 9)
  })
})

describe('looked at every day for sixty days', () => {
  it('it calls a difference that is none in at most five of a hundred experiments, down to 0.5 % and 95/5', () => {
    const cells = falseAlarms({ runs: 300, perDay: 100, seed: 5, rates: [0.005, 0.01, 0.05, 0.5] })
    expect(cells).toHaveLength(12)
    // Three of a hundred above, by chance, would be four standard errors of 300 runs at the true 2 %.
    for (const { rate, share, called } of cells) expect([rate, share, called <= ALPHA]).toEqual([rate, share, true])
  })

  it('it finds 10 % against 12 % of 20,000 people nearly always, and 20 % against 30 % of 1,000 in most cases', () => {
    const random = seeded(11)
    const small = playMany({ a: 0.1, b: 0.12, share: 0.5, perDay: 200, days: 100 }, 300, random)
    expect(calledBy(small, 100)).toBeGreaterThan(0.88)
    const large = playMany({ a: 0.2, b: 0.3, share: 0.5, perDay: 20, days: 50 }, 300, random)
    expect(calledBy(large, 50)).toBeGreaterThan(0.65)
  })

  it.each([
    [0.1, 0.12, 0.5],
    [0.2, 0.3, 0.5],
    [0.01, 0.02, 0.9],
    [0.05, 0.075, 0.1],
    [0.5, 0.6, 0.5],
  ])(
    'four of five find %d against %d, with a share of %d, of as many people as are said to be needed',
    (a, b, share) => {
      const people = peopleNeeded({ a, b, share })
      const calls = playMany({ a, b, share, perDay: Math.ceil(people / 60), days: 60 }, 400, seeded(3))
      expect(calledBy(calls, 60)).toBeGreaterThan(0.72)
      expect(calledBy(calls, 60)).toBeLessThan(0.95)
    },
  )
})

describe('the sequences', () => {
  it('leave the true share out in at most five of a hundred runs, over all looks; of both arms, the true difference', () => {
    const random = seeded(17)
    const [runs, perDay] = [300, 50]
    for (const [a, b, share] of [
      [0.01, 0.02, 0.05],
      [0.02, 0.02, 0.1],
      [0.1, 0.2, 0.5],
    ] as const) {
      let [outside, apart] = [0, 0]
      for (let run = 0; run < runs; run++) {
        const [first, other] = [arm(0, 0), arm(0, 0)]
        let [isOut, isApart] = [false, false]
        for (let day = 0; day < 40; day++) {
          const ofOther = howMany(perDay, share, random)
          first.people += perDay - ofOther
          first.goals += howMany(perDay - ofOther, a, random)
          other.people += ofOther
          other.goals += howMany(ofOther, b, random)
          const of = shareSequence(first)
          isOut ||= a < of.low || a > of.high
          const between = differenceSequence(first, other)
          isApart ||= b - a < between.low || b - a > between.high
        }
        outside += Number(isOut)
        apart += Number(isApart)
      }
      expect(outside / runs).toBeLessThanOrEqual(ALPHA)
      expect([share, apart / runs <= ALPHA]).toEqual([share, true])
    }
  })

  it('know the ends of a share: nobody of a hundred may still be one in fifteen, but not one in five', () => {
    const { low, high } = shareSequence(arm(100, 0))
    expect(low).toBe(0)
    expect(high).toBeGreaterThan(0.04)
    expect(high).toBeLessThan(0.08)
    expect(shareSequence(arm(0, 0))).toEqual({ low: 0, high: 1 })
  })
})
