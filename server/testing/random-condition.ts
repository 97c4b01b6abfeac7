import fc from 'fast-check'
import type { FactShape, FactType } from '../rules/condition/fact.ts'
import type { Condition, FactTest } from '../rules/schema/condition.ts'

/** What the facts of one type may be compared with. */
export type Operands = Record<'number' | 'money' | 'text' | 'set', readonly (string | number)[]>

/** Random conditions of nested all, any and not over these facts, each test as its fact's type allows. */
export function randomCondition(shapes: readonly FactShape[], operands: Operands): fc.Arbitrary<Condition> {
  const known = fc.boolean().map((value): FactTest => ({ known: value }))
  /** One operator, or two that must both hold. */
  const asked = (tests: fc.Arbitrary<FactTest>): fc.Arbitrary<FactTest> =>
    fc.oneof(
      { weight: 3, arbitrary: tests },
      fc.tuple(tests, tests).map(([a, b]) => ({ ...a, ...b })),
    )
  const operated = (words: readonly string[], operand: fc.Arbitrary<unknown>): fc.Arbitrary<FactTest> =>
    fc.tuple(fc.constantFrom(...words), operand).map(([word, value]): FactTest => ({ [word]: value }))
  const listOf = (values: readonly (string | number)[]) =>
    fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })
  const comparing = (values: readonly (string | number)[]) =>
    asked(
      fc.oneof(
        operated(['eq', 'ne', 'gt', 'gte', 'lt', 'lte'], fc.constantFrom(...values, 1.5)),
        operated(['in', 'notIn'], listOf(values)),
        known,
      ),
    )
  const tests: Record<FactType, fc.Arbitrary<FactTest>> = {
    number: comparing(operands.number),
    money: comparing(operands.money),
    text: asked(
      fc.oneof(
        operated(['eq', 'ne'], fc.constantFrom(...operands.text)),
        operated(['in', 'notIn'], listOf(operands.text)),
        known,
      ),
    ),
    flag: asked(fc.oneof(operated(['eq', 'ne'], fc.boolean()), known)),
    set: asked(operated(['any', 'all', 'none'], listOf(operands.set))),
  }
  const one = fc.oneof(
    ...shapes.map(({ path, type }) => tests[type].map((test): Condition => ({ kind: 'test', path, test }))),
  )
  return fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      { weight: 3, arbitrary: one },
      fc.array(tie('condition'), { maxLength: 3 }).map((of): Condition => ({ kind: 'all', of })),
      fc.array(tie('condition'), { maxLength: 3 }).map((of): Condition => ({ kind: 'any', of })),
      tie('condition').map((of): Condition => ({ kind: 'not', of })),
    ),
  })).condition
}
