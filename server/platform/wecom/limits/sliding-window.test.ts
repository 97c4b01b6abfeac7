import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSlidingWindow } from './sliding-window.ts'

it('has room again when the oldest have left the window', () => {
  const window = createSlidingWindow({ lengthMs: 60_000 })
  window.add('event', 0)
  window.add('event', 30_000)
  expect(window.waitMs('event', 2, 30_000)).toBe(31_000)
  expect(window.waitMs('event', 2, 60_999)).toBe(1)
  expect(window.waitMs('event', 2, 61_000)).toBe(0)
  window.add('event', 61_000)
  expect(window.waitMs('event', 2, 61_000)).toBe(30_000)
})

it('never lets more than the limit into any stretch of its length, and never waits for ever', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 8 }), (waits, limit) => {
      const window = createSlidingWindow({ lengthMs: 60_000 })
      const taken: number[] = []
      let now = 0
      for (const gap of waits) {
        now += gap
        const wait = window.waitMs('event', limit, now)
        expect(wait).toBeLessThanOrEqual(61_000)
        if (wait > 0) continue
        window.add('event', now)
        taken.push(now)
      }
      for (const start of taken) {
        const within = taken.filter((at) => at >= start && at < start + 60_000)
        expect(within.length).toBeLessThanOrEqual(limit)
      }
    }),
  )
})
