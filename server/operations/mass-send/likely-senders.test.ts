import { expect, test } from 'vitest'
import { likelySender } from './likely-senders.ts'

const [ANNA, BO, CHEN] = [
  { userId: 'anna', addedAtMs: 10 },
  { userId: 'bo', addedAtMs: 20 },
  { userId: 'chen', addedAtMs: 30 },
]

test.each([
  ['nobody', [], {}, undefined],
  ['the only guide, for certain', [ANNA], {}, { userId: 'anna', isSure: true }],
  ['the only guide, whoever else wrote and is gone', [ANNA], { bo: 99 }, { userId: 'anna', isSure: true }],
  ['who was added last, while nobody wrote', [ANNA, BO, CHEN], {}, { userId: 'chen', isSure: false }],
  ['who wrote last', [ANNA, BO, CHEN], { anna: 40, bo: 50 }, { userId: 'bo', isSure: false }],
  ['who was added after the others wrote', [ANNA, BO, CHEN], { anna: 25, bo: 29 }, { userId: 'chen', isSure: false }],
  ['of two at once whoever was added later', [ANNA, BO], { anna: 20 }, { userId: 'bo', isSure: false }],
])('%s', (_what, guides, wrote, expected) => {
  expect(likelySender(guides, new Map(Object.entries(wrote)))).toEqual(expected)
})
