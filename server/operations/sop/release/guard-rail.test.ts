import { expect, it } from 'vitest'
import { mustStop } from './guard-rail.ts'

const limit = { lostPercent: 20, after: 50 }

it.each([
  ['too few have come yet', { people: 49, lost: 49 }, { people: 500, lost: 0 }, false],
  ['exactly at the limit', { people: 100, lost: 20 }, { people: 900, lost: 0 }, false],
  ['over it, and the others stay', { people: 100, lost: 21 }, { people: 900, lost: 90 }, true],
  ['over it, with nobody to compare with', { people: 100, lost: 21 }, { people: 9, lost: 9 }, true],
  ['over it, and the others are lost just as often', { people: 100, lost: 25 }, { people: 900, lost: 225 }, false],
  [
    'over it and a little more than the others, who are over it too',
    { people: 100, lost: 26 },
    { people: 900, lost: 216 },
    false,
  ],
  [
    'over it and far worse than the others, who are over it too',
    { people: 300, lost: 180 },
    { people: 900, lost: 216 },
    true,
  ],
])('a canary: %s', (_what, canary, control, isStopped) => {
  expect(mustStop(limit, canary, control)).toBe(isStopped)
})
