import { beforeEach, expect, test } from 'vitest'
import { createKeptAnswers, forgetAnswers } from './kept-answers.ts'

beforeEach(() => localStorage.clear())

const HOUR_MS = 3_600_000
const open = (owner = 'linxia s1', nowMs = 0, limit = 50) =>
  createKeptAnswers<string>({ owner, storage: localStorage, now: () => nowMs, limit })

test('what was seen is there in the next window, the newest first, and at most so many', () => {
  const kept = open('linxia s1', 0, 2)
  for (const key of ['a', 'b', 'c', 'b']) kept.set(key, `${key}!`)
  const next = open('linxia s1', HOUR_MS, 2)
  expect(next.all()).toEqual(['b!', 'c!'])
  expect([next.get('a'), next.get('c')]).toEqual([undefined, 'c!'])
})

test.each([
  ['another member', 'chenhao s1', HOUR_MS],
  ['another session', 'linxia s2', HOUR_MS],
  ['half a day later', 'linxia s1', 12 * HOUR_MS],
])('for %s it is not there, and leaves the store', (_who, owner, nowMs) => {
  open().set('a', '孙瑶')
  expect(open(owner, nowMs).all()).toEqual([])
  expect(JSON.stringify(localStorage)).not.toContain('孙瑶')
})

test('what may no longer be seen, and everything after a logout, leaves the store', () => {
  const kept = open()
  kept.set('a', '孙瑶')
  kept.set('b', '安安')
  kept.delete('a')
  expect(open().all()).toEqual(['安安'])
  forgetAnswers(localStorage)
  expect(localStorage.length).toBe(0)
})

test('a store that is full or forbidden only forgets', () => {
  const storage = {
    getItem: () => '{broken',
    setItem: () => {
      throw new Error('full')
    },
    removeItem: () => undefined,
  } as unknown as Storage
  const kept = createKeptAnswers<string>({ owner: 'x', storage })
  kept.set('a', '1')
  expect(kept.get('a')).toBe('1')
  expect(createKeptAnswers<string>({ owner: 'x', storage: undefined }).all()).toEqual([])
})
