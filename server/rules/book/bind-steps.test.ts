import { expect, it } from 'vitest'
import type { FactShape } from '../condition/fact.ts'
import type { SopRule, SopStep } from '../schema/sop-rule.ts'
import { sopOf, walkableOf } from './bind-sop.ts'
import { bindSteps, conditionsIn, pathsIn } from './bind-steps.ts'

/** Facts of this shop alone: not those that the program knows. */
const FACTS: FactShape[] = [
  { path: 'visits', type: 'number', zh: '到店次数' },
  { path: 'spent', type: 'money', zh: '花了多少' },
]
const inside: SopStep = { choose: [{ when: { spent: { gte: '5元' } }, do: [] }, { otherwise: [] }] }
const steps: SopStep[] = [
  { wait: '1d' },
  {
    choose: [
      { when: { visits: 3 }, do: [{ split: { experiment: 'e', arms: [{ arm: 'A', weight: 1, do: [inside] }] } }] },
    ],
  },
]
const rule = (more: Partial<SopRule> = {}): SopRule => ({
  sop: 's',
  name: '旅程',
  trigger: 'order.paid',
  steps,
  ...more,
})
const GONE: SopStep = { choose: [{ when: { gone: 1 }, do: [{ wait: '2d' }] }, { otherwise: [] }] }

it('every branch carries what it asks, understood against the facts that were handed in', () => {
  expect(conditionsIn(bindSteps(steps, FACTS))).toEqual([
    { kind: 'test', path: 'visits', test: { eq: 3 } },
    { kind: 'test', path: 'spent', test: { gte: 500 } },
  ])
})

it('bound steps are the written ones, with conditions', () => {
  expect(
    JSON.parse(JSON.stringify(bindSteps(steps, FACTS), (key, value) => (key === 'condition' ? undefined : value))),
  ).toEqual(steps)
})

it('a journey looks at the facts of its own condition, then of its steps, each once', () => {
  const value = rule({ when: { spent: { gte: '1元' } } })
  expect(walkableOf({ name: 's', version: 'v', value }, FACTS).factPaths).toEqual(['spent', 'visits'])
})

it('what an old version asks and nobody knows any more hurts only those who come to it', () => {
  const { steps: bound, factPaths } = walkableOf(
    { name: 's', version: 'v', value: rule({ steps: [...steps, GONE] }) },
    FACTS,
  )
  expect(factPaths).toEqual(['visits', 'spent'])
  const last = conditionsIn(bound).at(-1)
  expect(last).toMatchObject({ kind: 'unreadable', error: { code: 'rules.condition-invalid' } })
  expect(pathsIn([last ?? { kind: 'all', of: [] }])).toEqual([])
})

it.each<[string, Partial<SopRule>]>([
  ['when', { when: { gone: 1 } }],
  ['the trigger', { trigger: { enters: { gone: 1 } } }],
  ['a step', { steps: [GONE] }],
])('nobody may enter by a version of which %s cannot be read', (_what, more) => {
  expect(() => sopOf({ name: 's', file: 'sop/s.yaml', value: rule(more) }, FACTS)).toThrow(
    expect.objectContaining({ code: 'rules.condition-invalid' }),
  )
})
