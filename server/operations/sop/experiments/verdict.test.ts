import { describe, expect, it } from 'vitest'
import { wilson } from './interval.ts'
import { sampleRatioP } from './sample-ratio.ts'
import { type ArmSeen, judge } from './verdict.ts'

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

const arm = (name: string, people: number, goals: number, weight = 50): ArmSeen => ({
  name,
  people,
  goals,
  weight,
  assigned: people,
  guides: undefined,
})

const TENTH = { people: 200, goals: 20 }
const judged = (arms: ArmSeen[], first = TENTH, earlier: [string, number][] = []) =>
  judge(arms, { first, mostEvidence: new Map(earlier) }).comparisons
const of = (...arms: ArmSeen[]) => judged(arms).map(({ verdict }) => verdict)

describe('a verdict', () => {
  it('names a winner only with enough evidence, enough people and an honest draw', () => {
    expect(of(arm('A', 5000, 500), arm('B', 5000, 620))).toEqual(['better'])
    expect(of(arm('A', 5000, 620), arm('B', 5000, 500))).toEqual(['worse'])
    expect(of(arm('A', 5000, 500), arm('B', 5000, 530))).toEqual(['too-few'])
    expect(of(arm('A', 30_000, 3000), arm('B', 30_000, 3030))).toEqual(['alike'])
    expect(of(arm('A', 5500, 550), arm('B', 5000, 620))).toEqual(['too-few'])
  })

  it('sees at the sizes of an ordinary shop: 26.6 % of 218 people against 46.6 % of 206', () => {
    const [seen] = judged([arm('A', 218, 58), arm('B', 206, 96)], { people: 200, goals: 72 })
    expect(seen).toMatchObject({ verdict: 'better', wait: undefined })
    expect(seen?.p).toBeLessThan(0.01)
    expect(seen?.interval.low).toBeGreaterThanOrEqual(0)
  })

  it('is not taken in by a small arm without a goal, which a test of large numbers is sure of', () => {
    // 1 % of 1,800 people, and by chance nobody of 200.
    expect(judged([arm('A', 1800, 18, 90), arm('B', 200, 0, 10)], { people: 200, goals: 2 })).toMatchObject([
      { verdict: 'too-few', interval: { low: expect.any(Number), high: expect.any(Number) } },
    ])
  })

  it('says how many people there are to wait for, until the difference that is seen or the least worth knowing of', () => {
    const small = judged([arm('A', 1000, 100), arm('B', 1000, 101)])
    expect(small).toMatchObject([
      {
        verdict: 'too-few',
        wait: { isSeen: false, first: expect.closeTo(0.1007, 4), other: expect.closeTo(0.1208, 4) },
      },
    ])
    const large = judged([arm('A', 500, 50), arm('B', 500, 70)])
    expect(large).toMatchObject([{ verdict: 'too-few', wait: { isSeen: true, first: 0.1, other: 0.14 } }])
    const [far, near] = [small[0]?.wait?.people ?? 0, large[0]?.wait?.people ?? 0]
    expect(near).toBeGreaterThan(1000)
    expect(near).toBeLessThan(5000)
    expect(far).toBeGreaterThan(10_000)
    expect(far).toBeLessThan(20_000)
  })

  it('does not judge before 200 people came, and waits the longer the rarer the goal is', () => {
    const few = judge([arm('A', 90, 1), arm('B', 90, 60)], { first: undefined, mostEvidence: new Map() })
    expect(few.comparisons).toMatchObject([{ verdict: 'too-few', logEvidence: undefined, wait: undefined, p: 1 }])
    const rare = judged([arm('A', 1000, 10), arm('B', 1000, 10)], { people: 200, goals: 2 })
    expect(rare[0]?.wait?.people).toBeGreaterThan(100_000)
  })

  it('asks more of three arms than of two, and remembers what an earlier look saw', () => {
    const [a, b] = [arm('A', 4000, 400), arm('B', 4000, 487)]
    const two = judged([a, b])[0]
    const three = judged([a, b, arm('C', 4000, 400)])[0]
    expect(three?.p).toBeCloseTo((two?.p ?? 0) * 2, 9)
    const weak = [arm('A', 5000, 500), arm('B', 5000, 530)]
    expect(judged(weak, TENTH, [['B', Math.log(50)]])[0]).toMatchObject({
      p: expect.closeTo(0.02, 9),
      verdict: 'better',
    })
  })

  it('gives an interval that agrees with it about nought', () => {
    for (let goals = 400; goals < 640; goals += 4) {
      const [seen] = judged([arm('A', 5000, 500), arm('B', 5000, goals)])
      const isProven = seen?.verdict === 'better' || seen?.verdict === 'worse'
      const { low = 0, high = 0 } = seen?.interval ?? {}
      expect([goals, low < 0 && high > 0]).toEqual([goals, !isProven])
    }
  })
})
