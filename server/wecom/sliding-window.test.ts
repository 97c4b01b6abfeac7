import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSlidingWindow } from './sliding-window.ts'

it('has room again when the oldest have left the window', () => {
  const window = createSlidingWindow({ limit: 2, lengthMs: 60_000 })
  window.add(0)
  window.add(30_000)
  expect(window.waitMs(30_000)).toBe(31_000)
  expect(window.waitMs(60_999)).toBe(1)
  expect(window.waitMs(61_000)).toBe(0)
  window.add(61_000)
  expect(window.waitMs(61_000)).toBe(30_000)
})

it('never lets more than the limit into any stretch of its length, and never waits for ever', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 8 }), (waits, limit) => {
      const window = createSlidingWindow({ limit, lengthMs: 60_000 })
      const taken: number[] = []
      let now = 0
      for (const gap of waits) {
        now += gap
        const wait = window.waitMs(now)
        expect(wait).toBeLessThanOrEqual(61_000)
        if (wait > 0) continue
        window.add(now)
        taken.push(now)
      }
      for (const start of taken) {
        const within = taken.filter((at) => at >= start && at < start + 60_000)
        expect(within.length).toBeLessThanOrEqual(limit)
      }
    }),
  )
})
