import { expect, test } from 'vitest'
import { bindSteps } from '../../../rules/book/bind-steps.ts'
import type { SopStep } from '../../../rules/schema/sop-rule.ts'
import { FIRST_POSITION, positionAfter, positionInto, positionText, stepAt } from './step-path.ts'

const tag = (name: string): SopStep => ({ tag: { add: [name] } })
const steps = bindSteps(
  [
    tag('a'),
    {
      choose: [
        { when: {}, do: [tag('b'), { choose: [{ when: {}, do: [tag('c')] }, { otherwise: [] }] }] },
        { otherwise: [tag('d')] },
      ],
    },
    tag('e'),
  ],
  [],
)

test('a position names a step, in branches of branches too', () => {
  expect(stepAt(steps, FIRST_POSITION)).toEqual(tag('a'))
  expect(stepAt(steps, '1.0.0')).toEqual(tag('b'))
  expect(stepAt(steps, '1.0.1.0.0')).toEqual(tag('c'))
  expect(stepAt(steps, '1.1.0')).toEqual(tag('d'))
  expect(stepAt(steps, '3')).toBeUndefined()
  expect(stepAt(steps, '1.7.0')).toBeUndefined()
})

test('the end of a branch goes on after the choose around it', () => {
  expect(positionAfter(steps, '0')).toBe('1')
  expect(positionAfter(steps, '1.0.0')).toBe('1.0.1')
  expect(positionAfter(steps, '1.0.1.0.0')).toBe('2')
  expect(positionAfter(steps, '1.1.0')).toBe('2')
  expect(stepAt(steps, positionAfter(steps, '2'))).toBeUndefined()
})

test('an empty branch goes on after its choose', () => {
  expect(positionInto(steps, '1', 1)).toBe('1.1.0')
  expect(positionInto(steps, '1.0.1', 1)).toBe('2')
})

test('people read steps from one', () => {
  expect(positionText('1')).toBe('第 2 步')
  expect(positionText('1.0.1')).toBe('第 2 步第 1 支的第 2 小步')
})
