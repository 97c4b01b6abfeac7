import { expect, it } from 'vitest'
import { preferOwn } from './prefer-own.ts'
import { shardOf } from './shard-of.ts'

it.each([
  ['its own, in order', [1, 2, 3, 4, 5, 6], 2, 0, [2, 4]],
  ['all its own where they are few', [1, 2, 3], 8, 1, [2]],
  ['none of its own: what the others come to last', [1, 3, 5, 7], 2, 2, [5, 7]],
  ['each fourth time what has waited longest', [1, 2, 3, 4], 2, 3, [1, 2]],
  ['and its own again', [1, 2, 3, 4], 2, 4, [2, 4]],
  ['nothing', [], 2, 0, []],
])('%s', (_what, waiting, limit, turn, expected) => {
  expect(preferOwn(waiting, { shardOf: (n) => n, isOwn: (n) => n % 2 === 0, limit, turn })).toEqual(expected)
})

it.each([
  ['the second of a customer not without the first', ['a1', 'b1', 'a2'], 1, ['a1']],
  ['what comes last to its owner', ['a1', 'a2', 'b1', 'c1', 'b2'], 2, ['b1', 'b2']],
  ['whole customers, up to what can be taken', ['a1', 'b1', 'c1', 'c2', 'c3'], 2, ['c1', 'c2']],
  ['of two customers both in their order', ['a1', 'b1', 'b2', 'a2'], 3, ['a1', 'b1', 'b2']],
])('of others’: %s', (_what, waiting, limit, expected) => {
  const shardOf = (one: string): number => one.charCodeAt(0)
  expect(preferOwn(waiting, { shardOf, isOwn: () => false, limit, turn: 0 })).toEqual(expected)
})

it('names are spread over all parts evenly, the same ones each time', () => {
  const counts = new Map<number, number>()
  for (let n = 0; n < 64_000; n++) {
    const shard = shardOf(`wmAJ2GCQAA${n}`)
    counts.set(shard, (counts.get(shard) ?? 0) + 1)
  }
  expect(counts.size).toBe(64)
  expect(Math.min(...counts.values())).toBeGreaterThan(800)
  expect(Math.max(...counts.values())).toBeLessThan(1_200)
  // What stands in rows of another version means the same.
  expect(['', 'wm1', '王姐'].map(shardOf)).toEqual([25, 61, 59])
})
