import { expect, test } from 'vitest'
import type { FactValue } from '../rules/condition/fact.ts'
import { habitsOf } from './habits.ts'

const facts = (known: Record<string, FactValue>) => new Map(Object.entries(known))

test.each<[Record<string, FactValue>, string | null, string[]]>([
  [{}, null, []],
  // Two orders of one day say nothing of a rhythm.
  [{ 'orders.paid.avgIntervalDays': 0 }, null, []],
  [{ 'orders.paid.avgIntervalDays': 12.4, 'orders.paid.daysSinceLast': 3 }, '约 12 天买一次', []],
  [
    { 'worth.orders90': 1.5, 'worth.value90': 41_960, 'worth.daysSinceReckoned': 0, 'worth.alivePercent': 88 },
    '预计 90 天内买 1.5 次、花 420 元（今天估的）',
    [],
  ],
  [{ 'worth.orders90': 0.2, 'worth.daysSinceReckoned': 2 }, '预计 90 天内买 0.2 次（2 天前估的）', []],
  [
    { 'score.name': '重要挽留', 'score.daysSinceMoved': 9, 'score.daysSinceReckoned': 0 },
    'RFM「重要挽留」（今天算的，9 天前变成的）',
    [],
  ],
  [
    { 'orders.paid.avgIntervalDays': 12, 'orders.paid.intervalsSinceLast': 1.9, 'orders.paid.daysSinceLast': 23 },
    '约 12 天买一次',
    [],
  ],
  [
    { 'orders.paid.avgIntervalDays': 12, 'orders.paid.intervalsSinceLast': 2.5, 'orders.paid.daysSinceLast': 30 },
    '约 12 天买一次',
    ['该来没来：平时约 12 天买一次，已经 30 天没买。'],
  ],
  [{ 'worth.alivePercent': 30 }, null, []],
  [
    { 'worth.alivePercent': 21, 'worth.daysSinceReckoned': 1 },
    null,
    ['可能流失：按全部客户的购买习惯估，还会来买的可能是 21%（昨天估的）。'],
  ],
])('%j: %s, %j', (known, rhythm, marks) => {
  const habits = habitsOf(facts(known))
  expect(habits.rhythm).toBe(rhythm)
  expect(habits.marks.map(({ text, why }) => `${text}：${why.text}`)).toEqual(marks)
  // A mark says what it rests on.
  for (const { why } of habits.marks) expect(why.facts.length).toBeGreaterThan(0)
})

test('of two reasons the one that the guide can see for themselves is told', () => {
  const late = {
    'orders.paid.avgIntervalDays': 10,
    'orders.paid.intervalsSinceLast': 3,
    'orders.paid.daysSinceLast': 30,
  }
  expect(habitsOf(facts({ ...late, 'worth.alivePercent': 5 })).marks.map(({ text }) => text)).toEqual(['该来没来'])
})
