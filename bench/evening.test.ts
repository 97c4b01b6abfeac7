import { expect, it } from 'vitest'
import { runEvenings } from './evening.ts'

/** A short form of `npm run chaos -- evening`, which goes on for ten. */
it('everything goes wrong at once: each is told to the right person once, and nothing is open when all is mended', async () => {
  const { evenings, readyz } = await runEvenings({ evenings: 1, seed: 1 })
  expect(evenings).toMatchObject([{ mistold: [], unforeseen: [], leftOpen: [], unasked: [] }])
  expect(readyz).toEqual(['degraded', 'ready'])
  // The owner by app and robot, and 小周 twice.
  expect(evenings[0]?.told).toBe(9 + 8 + 2)
  expect(evenings[0]?.missedWelcomes).toBeGreaterThan(2)
}, 480_000)
