import { describe, expect, it } from 'vitest'
import { howMany, seeded } from '../../../core/kernel/seeded.ts'
import { clusterEstimates } from './cluster-estimate.ts'
import { ALPHA, type Arm } from './drawn-evidence.ts'
import { alwaysValidInterval, estimateOf, logEvidence } from './msprt.ts'

const evidence = (people: number, a: number, b: number, tau: number): number =>
  Math.exp(logEvidence(estimateOf({ people, goals: a }), estimateOf({ people, goals: b }), tau))

describe('the mixture test', () => {
  it.each([
    [1000, 100, 130, 0.02, 2.522676],
    [1000, 100, 100, 0.02, 0.557086],
    [200, 20, 40, 0.05, 8.309177],
  ])('of %i people, %i against %i, tau %d is %d', (people, a, b, tau, expected) => {
    expect(evidence(people, a, b, tau)).toBeCloseTo(expected, 6)
  })

  it('calls a difference exactly when its interval leaves nought out', () => {
    for (let goals = 60; goals < 200; goals++) {
      const [a, b] = [estimateOf({ people: 1000, goals: 100 }), estimateOf({ people: 700, goals })]
      const { low, high } = alwaysValidInterval(a, b, { tau: 0.03 })
      expect(logEvidence(a, b, 0.03) > -Math.log(ALPHA)).toBe(low > 0 || high < 0)
    }
  })
})

describe('where guides are drawn', () => {
  /** Guides of one arm, each with a share of their own around this one, and 40 customers. */
  const guides = (random: () => number, count: number, around: number): Arm[] =>
    Array.from({ length: count }, () => {
      const own = around * (0.2 + 1.6 * random())
      return { people: 40, goals: howMany(40, own, random) }
    })

  it.each([
    [0.1, 120, 120],
    [0.01, 180, 20],
    [0.02, 300, 30],
  ])(
    'counts guides, so that guides who differ are not taken for a difference: %d, %i and %i of them',
    (around, inA, inB) => {
      const random = seeded(3)
      let [byGuide, byPerson] = [0, 0]
      const runs = 300
      for (let run = 0; run < runs; run++) {
        const [a, b] = [guides(random, inA, around), guides(random, inB, around)]
        const isCalled = { guide: false, person: false }
        for (let seen = 0.2; seen <= 1; seen += 0.04) {
          const [left, right] = [a.slice(0, Math.round(inA * seen)), b.slice(0, Math.round(inB * seen))]
          const both = clusterEstimates(left, right)
          const tau = 0.3 * around
          if (both !== undefined) isCalled.guide ||= logEvidence(both.a, both.b, tau) > -Math.log(ALPHA)
          const sum = (arms: Arm[]) =>
            estimateOf({ people: arms.length * 40, goals: arms.reduce((n, one) => n + one.goals, 0) })
          isCalled.person ||= logEvidence(sum(left), sum(right), tau) > -Math.log(ALPHA)
        }
        byGuide += Number(isCalled.guide)
        byPerson += Number(isCalled.person)
      }
      expect(byGuide / runs).toBeLessThanOrEqual(ALPHA)
      if (around === 0.1) expect(byPerson).toBeGreaterThan(byGuide)
    },
  )

  it('does not judge of fewer than 20 guides in an arm, nor where hardly a goal is to be expected', () => {
    const random = seeded(4)
    expect(clusterEstimates(guides(random, 19, 0.1), guides(random, 200, 0.1))).toBeUndefined()
    expect(clusterEstimates(guides(random, 20, 0.1), guides(random, 200, 0.1))).toBeDefined()
    expect(clusterEstimates(guides(random, 20, 0.001), guides(random, 200, 0.001))).toBeUndefined()
  })
})
