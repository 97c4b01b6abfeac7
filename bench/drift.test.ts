import { expect, it } from 'vitest'
import { runDrift } from './drift.ts'

/** A short form of `npm run bench -- --only drift`, which lives through 100,000 events. */
it('after one reconciliation we know what WeCom knows, however many callbacks were lost, doubled or out of order', async () => {
  const drift = await runDrift({ events: 1_200, seed: 3 })
  expect(drift.events).toBeGreaterThanOrEqual(1_200)
  expect(drift.dropped).toBeGreaterThan(30)
  expect(drift.before.some((one) => one.different.length > 0)).toBe(true)
  expect(drift.after.flatMap((one) => one.different)).toEqual([])
  expect(drift.after.every((one) => one.theirs > 8)).toBe(true)
  expect(drift.gaps).toBe(0)
}, 120_000)
