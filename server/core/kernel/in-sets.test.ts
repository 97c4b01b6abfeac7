import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inSets } from './in-sets.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const doubled = (asks: number[]) => Promise.resolve(asks.map((one) => one * 2))

test('who asks within the time is answered together, each with their own', async () => {
  const answer = vi.fn(doubled)
  const ask = inSets({ withinMs: 250, most: 10, answer })
  const early = [ask(1), ask(2)]
  await vi.advanceTimersByTimeAsync(249)
  expect(answer).not.toHaveBeenCalled()
  early.push(ask(3))
  await vi.advanceTimersByTimeAsync(1)
  expect(await Promise.all(early)).toEqual([2, 4, 6])
  const later = ask(4)
  await vi.advanceTimersByTimeAsync(250)
  expect(await later).toBe(8)
  expect(answer.mock.calls).toEqual([[[1, 2, 3]], [[4]]])
})

test('a full set waits for nobody', async () => {
  const answer = vi.fn(doubled)
  const ask = inSets({ withinMs: 250, most: 2, answer })
  expect(await Promise.all([ask(1), ask(2)])).toEqual([2, 4])
  const third = ask(3)
  await vi.advanceTimersByTimeAsync(250)
  expect(await third).toBe(6)
  expect(answer).toHaveBeenCalledTimes(2)
})

test('a failure is told to those of its set and to nobody else', async () => {
  const answer = vi.fn(doubled).mockRejectedValueOnce(new Error('away'))
  const ask = inSets({ withinMs: 250, most: 10, answer })
  const failed = Promise.allSettled([ask(1), ask(2)])
  await vi.advanceTimersByTimeAsync(250)
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const good = ask(3)
  await vi.advanceTimersByTimeAsync(250)
  expect(await good).toBe(6)
})
