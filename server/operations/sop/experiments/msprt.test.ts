import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterEstimate } from './cluster-estimate.ts'
import { wilson } from './interval.ts'
import { ALPHA, alwaysValidInterval, estimateOf, logEvidence } from './msprt.ts'
import { sampleRatioP } from './sample-ratio.ts'
import { seeded, simulate } from './testing/simulate.ts'
import { type ArmSeen, judge } from './verdict.ts'

const evidence = (people: number, a: number, b: number, tau: number): number =>
  Math.exp(logEvidence(estimateOf({ people, goals: a }), estimateOf({ people, goals: b }), tau))

describe('the evidence', () => {
  it.each([
    [1000, 100, 130, 0.02, 2.522676],
    [1000, 100, 100, 0.02, 0.557086],
    [200, 20, 40, 0.05, 8.309177],
  ])('of %i people, %i against %i, tau %d is %d', (people, a, b, tau, expected) => {
    expect(evidence(people, a, b, tau)).toBeCloseTo(expected, 6)
  })

  it('calls a difference exactly when the interval leaves zero out, whatever the arms', () => {
    const arm = fc.tuple(fc.integer({ min: 50, max: 20_000 }), fc.double({ min: 0.02, max: 0.98, noNaN: true }))
    fc.assert(
      fc.property(arm, arm, ([peopleA, shareA], [peopleB, shareB]) => {
        const a = estimateOf({ people: peopleA, goals: Math.round(peopleA * shareA) })
        const b = estimateOf({ people: peopleB, goals: Math.round(peopleB * shareB) })
        const { low, high } = alwaysValidInterval(a, b)
        const log = logEvidence(a, b) + Math.log(ALPHA)
        return Math.abs(log) < 1e-9 || log > 0 === (low > 0 || high < 0)
      }),
    )
  })

  it('looked at a hundred times on like arms it rarely errs; a plain test does in a third of all cases', () => {
    const same = simulate({ runs: 300, shareA: 0.1, shareB: 0.1, tau: 0.02, seed: 7 })
    expect(same.msprt).toBeLessThanOrEqual(0.05)
    expect(same.naive).toBeGreaterThan(0.25)
  })

  it('finds 10 % against 12 % nearly always and long before the end', () => {
    const better = simulate({ runs: 200, shareA: 0.1, shareB: 0.12, tau: 0.02, seed: 11 })
    expect(better.msprt).toBeGreaterThan(0.88)
    expect(better.stopAt).toBeGreaterThan(3_500)
    expect(better.stopAt).toBeLessThan(4_700)
  })
})

describe('where guides are drawn', () => {
  /** Guides of one arm, each with a share of their own around 10 %, and 40 customers. */
  const guides = (random: () => number, count: number) =>
    Array.from({ length: count }, () => {
      const own = 0.02 + 0.16 * random()
      let goals = 0
      for (let customer = 0; customer < 40; customer++) goals += Number(random() < own)
      return { people: 40, goals }
    })

  it('counts guides, so that guides who differ are not taken for a difference; under 20 it does not judge', () => {
    const random = seeded(3)
    let [byGuide, byPerson] = [0, 0]
    for (let run = 0; run < 200; run++) {
      const [a, b] = [guides(random, 120), guides(random, 120)]
      const isCalled = { guide: false, person: false }
      for (let seen = 20; seen <= 120; seen += 4) {
        const [left, right] = [a.slice(0, seen), b.slice(0, seen)]
        const [ca, cb] = [clusterEstimate(left), clusterEstimate(right)]
        if (ca !== undefined && cb !== undefined) isCalled.guide ||= logEvidence(ca, cb) > -Math.log(ALPHA)
        const sum = (arms: typeof left) =>
          estimateOf({ people: arms.length * 40, goals: arms.reduce((n, one) => n + one.goals, 0) })
        isCalled.person ||= logEvidence(sum(left), sum(right)) > -Math.log(ALPHA)
      }
      byGuide += Number(isCalled.guide)
      byPerson += Number(isCalled.person)
    }
    expect(byGuide / 200).toBeLessThanOrEqual(0.05)
    expect(byPerson).toBeGreaterThan(byGuide)
    expect(clusterEstimate(guides(random, 19))).toBeUndefined()
  })
})

describe('shares and ratios', () => {
  it('have known intervals and probabilities', () => {
    // Wilson 1927 for 10 of 100, and for nobody of 20.
    expect(wilson({ people: 100, goals: 10 }).low).toBeCloseTo(0.055229, 5)
    expect(wilson({ people: 100, goals: 10 }).high).toBeCloseTo(0.174366, 5)
    expect(wilson({ people: 20, goals: 0 })).toEqual({ low: 0, high: expect.closeTo(0.161125, 5) })
    // Quantiles of the chi-square distribution with 1, 2 and 3 degrees of freedom.
    expect(sampleRatioP([500 + 43.0906, 500 - 43.0906], [1, 1])).toBeCloseTo(0.006424, 4)
    expect(sampleRatioP([110, 100, 90], [1, 1, 1])).toBeCloseTo(Math.exp(-1), 6)
    expect(sampleRatioP([115, 105, 95, 85], [1, 1, 1, 1])).toBeCloseTo(0.1717971, 6)
  })
})

describe('a verdict', () => {
  const arm = (name: string, people: number, goals: number, weight = 50): ArmSeen => ({
    name,
    people,
    goals,
    weight,
    assigned: people,
    guides: undefined,
  })
  const of = (...arms: ArmSeen[]) => judge(arms, new Map()).comparisons.map(({ verdict }) => verdict)

  it('names a winner only with enough evidence, enough people and an honest draw', () => {
    expect(of(arm('A', 5000, 500), arm('B', 5000, 620))).toEqual(['better'])
    expect(of(arm('A', 5000, 620), arm('B', 5000, 500))).toEqual(['worse'])
    expect(of(arm('A', 5000, 500), arm('B', 5000, 530))).toEqual(['none'])
    expect(of(arm('A', 150, 10), arm('B', 150, 60))).toEqual(['too-few'])
    expect(of(arm('A', 5000, 3), arm('B', 5000, 15))).toEqual(['too-few'])
    expect(of(arm('A', 5500, 550), arm('B', 5000, 620))).toEqual(['none'])
  })

  it('asks more of three arms than of two, and remembers what an earlier look saw', () => {
    const [a, b] = [arm('A', 4000, 400), arm('B', 4000, 488)]
    expect(of(a, b)).toEqual(['better'])
    expect(of(a, b, arm('C', 4000, 400))).toEqual(['none', 'none'])
    const weak = [arm('A', 5000, 500), arm('B', 5000, 530)]
    expect(judge(weak, new Map([['B', Math.log(50)]])).comparisons[0]).toMatchObject({
      p: expect.closeTo(0.02, 9),
      verdict: 'better',
    })
  })
})
