import { expect, it } from 'vitest'
import type { Facts } from '../../../rules/condition/fact.ts'
import type { Condition } from '../../../rules/schema/condition.ts'
import { isUntrueBy } from './is-untrue-by.ts'

const orders: Condition = { kind: 'test', path: 'orders', test: { eq: 0 } }
const tag: Condition = { kind: 'test', path: 'tag', test: { eq: 0 } }
const both = (kind: 'all' | 'any'): Condition => ({ kind, of: [orders, tag] })

it.each<[string, Condition, Facts, boolean]>([
  ['it holds', orders, new Map([['orders', 0]]), false],
  ['it does not', orders, new Map([['orders', 1]]), true],
  ['another fact is untrue', tag, new Map([['tag', 1]]), false],
  [
    'another of all is untrue',
    both('all'),
    new Map([
      ['orders', 0],
      ['tag', 1],
    ]),
    false,
  ],
  [
    'this one of all is untrue',
    both('all'),
    new Map([
      ['orders', 1],
      ['tag', 0],
    ]),
    true,
  ],
  [
    'another of any holds',
    both('any'),
    new Map([
      ['orders', 1],
      ['tag', 0],
    ]),
    false,
  ],
  [
    'none of any holds',
    both('any'),
    new Map([
      ['orders', 1],
      ['tag', 1],
    ]),
    true,
  ],
  ['the contrary', { kind: 'not', of: orders }, new Map([['orders', 0]]), true],
])('%s', (_what, condition, known, expected) => {
  expect(isUntrueBy(condition, known, new Set(['orders']))).toBe(expected)
})
