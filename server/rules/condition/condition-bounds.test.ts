import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Condition, FactTest } from '../schema/condition.ts'
import { contradiction, implies } from './condition-bounds.ts'
import type { Facts, FactValue } from './fact.ts'
import { holds } from './holds.ts'

const number = fc.integer({ min: 0, max: 3 })
const word = fc.constantFrom('a', 'b', 'c')
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 3 })

const numberTest: fc.Arbitrary<FactTest> = fc.oneof(
  fc.record({ gte: number, gt: number, lte: number, lt: number, eq: number, ne: number }, { requiredKeys: [] }),
  fc.record({ in: fc.array(number, { minLength: 1, maxLength: 3 }) }),
  fc.record({ notIn: fc.array(number, { minLength: 1, maxLength: 3 }), gte: number }),
  fc.record({ known: fc.boolean() }),
) as fc.Arbitrary<FactTest>
const setTest = fc
  .record({ any: words, all: words, none: words }, { requiredKeys: [] })
  .filter((test) => Object.keys(test).length > 0) as fc.Arbitrary<FactTest>

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('test' as const), path: fc.constantFrom('n', 'm'), test: numberTest }),
    fc.record({ kind: fc.constant('test' as const), path: fc.constant('s'), test: setTest }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), of: tie('condition') }),
  ),
}))
const facts: fc.Arbitrary<Facts> = fc
  .record({
    n: fc.option(number, { nil: undefined }),
    m: fc.option(number, { nil: undefined }),
    s: fc.subarray(['a', 'b', 'c']),
  })
  .map((values) => new Map<string, FactValue>(Object.entries(values)))

const someFacts = fc.array(facts, { minLength: 20, maxLength: 20 })

describe('what is said of a condition without data is true of all data', () => {
  it('nobody meets a contradiction', () => {
    let found = 0
    fc.assert(
      fc.property(condition, someFacts, (one, people) => {
        if (contradiction(one) === undefined) return
        found += 1
        expect(people.filter((person) => holds(one, person))).toEqual([])
      }),
      { numRuns: 3_000, seed: 4 },
    )
    expect(found).toBeGreaterThan(100)
  })

  it('who meets the narrower condition meets the wider one', () => {
    let found = 0
    fc.assert(
      fc.property(condition, condition, someFacts, (narrow, wide, people) => {
        if (!implies(narrow, wide)) return
        found += 1
        expect(people.filter((person) => holds(narrow, person) && !holds(wide, person))).toEqual([])
      }),
      { numRuns: 5_000, seed: 4 },
    )
    expect(found).toBeGreaterThan(100)
  })

  it('sees what an operator would see', () => {
    const n = (test: FactTest): Condition => ({ kind: 'test', path: 'n', test })
    expect(contradiction({ kind: 'all', of: [n({ gte: 5 }), n({ lt: 3 })] })).toBe('n')
    expect(contradiction({ kind: 'any', of: [n({ gt: 3, lt: 3 }), n({ eq: 1, ne: 1 })] })).toBe('n')
    expect(contradiction(n({ gte: 3, lte: 3 }))).toBeUndefined()
    expect(implies(n({ gte: 5 }), n({ gte: 3 }))).toBe(true)
    expect(implies(n({ gte: 3 }), n({ gte: 5 }))).toBe(false)
    expect(implies(n({ in: [4, 5] }), n({ gte: 3 }))).toBe(true)
  })
})
