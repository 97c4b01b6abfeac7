import { expect, test } from 'vitest'
import { createSettableClock } from './clock.ts'
import { keptBriefly } from './kept-briefly.ts'

function open(failing: number[] = []) {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  let asked = 0
  const answer = keptBriefly(1_000, clock, async () => {
    asked += 1
    if (failing.includes(asked)) throw new Error('gone')
    return asked
  })
  return { clock, answer }
}

test('one question for all who ask while it is under way and shortly after', async () => {
  const { clock, answer } = open()
  expect(await Promise.all([answer(), answer()])).toEqual([1, 1])
  clock.advance(999)
  expect(await answer()).toBe(1)
  clock.advance(1)
  expect(await answer()).toBe(2)
})

test('a clock that is put back an hour keeps nothing for an hour', async () => {
  const { clock, answer } = open()
  await answer()
  clock.advance(-3_600_000)
  expect(await answer()).toBe(2)
})

test('a failure reaches all who waited for it and nobody after', async () => {
  const { answer } = open([1])
  for (const one of [answer(), answer()]) await expect(one).rejects.toThrow('gone')
  expect(await answer()).toBe(2)
})
