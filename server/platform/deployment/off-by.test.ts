import { expect, it } from 'vitest'
import { goesOn, isOff, offBy, type ProcessClock } from './off-by.ts'

it.each<[what: string, own: number, others: number[], off: number]>([
  ['alone, also with a database that is an hour off', 3_600_000, [], 0],
  ['two that agree with the database', 0, [10], 0],
  ['one of two is fast', 15_000, [0], 15_000],
  ['the other of these', 0, [15_000], 0],
  ['one of two is slow', -15_000, [0], -15_000],
  ['the database is the wrong one', 15_000, [15_001], 0],
  ['the database is the wrong one, of four', -60_000, [-60_000, -60_010, -59_990], 0],
  ['as many with the database as against it', 0, [15_000, 15_000], 0],
  ['two against one and the database: the database is asked', 9_000, [9_000, 0], 9_000],
  ['the same, looked at by the other', 0, [9_000, 9_000, 0], 0],
])('%s', (_what, own, others, off) => {
  expect(offBy(own, others)).toBe(off)
})

it('two seconds are near enough', () => {
  expect([2_000, -2_000, 2_001, -2_001].map(isOff)).toEqual([false, false, true, true])
})

it.each<[what: string, aheadMs: number[], goesOn: string[]]>([
  ['a process alone is not off', [3_600_000], []],
  ['one that is right works, and nobody else goes on', [1_000, 20_000, -20_000], []],
  ['one of two that are off to both sides, the nearer', [20_000, -15_000], ['b']],
  ['one of two that are off by as much', [-20_000, 20_000], ['a']],
  ['one of four, by the time that they agree on', [-30_000, -20_000, 20_000, 30_000], ['b']],
])('of processes that are all off one goes on: %s', (_what, aheadMs, expected) => {
  const all: ProcessClock[] = aheadMs.map((ahead, nth) => ({ instance: 'abcd'.charAt(nth), aheadMs: ahead }))
  const going = all.filter((own) =>
    goesOn(
      own,
      all.filter((one) => one !== own),
    ),
  )
  expect(going.map((one) => one.instance)).toEqual(expected)
})
