import { describe, expect, it } from 'vitest'
import { wantedEvents } from './wanted-events.ts'

/** Ids from 1, of these shards. */
const waiting = (...shards: number[]) => shards.map((shard, at) => ({ id: at + 1, shard }))
const one = { nth: 0, of: 1, batch: 4 }

describe('what a worker wants of the events that wait', () => {
  it.each([
    ['alone: all, oldest first', waiting(5, 6, 7), { rank: 0, of: 1 }, one, 0, [1, 2, 3]],
    ['alone: no more than it takes at once', waiting(1, 2, 3, 4, 5, 6), { rank: 0, of: 1 }, one, 0, [1, 2, 3, 4]],
    ['its process’ own', waiting(0, 1, 2, 3, 4), { rank: 1, of: 2 }, one, 0, [2, 4]],
    ['none of its own: the last of the others’', waiting(0, 2, 4, 6, 8), { rank: 1, of: 2 }, one, 0, [2, 3, 4, 5]],
    ['every fourth time what has waited longest', waiting(0, 2, 1, 3, 5), { rank: 1, of: 2 }, one, 3, [1, 2, 3, 4]],
    ['and then its own again', waiting(0, 2, 1, 3, 5), { rank: 1, of: 2 }, one, 4, [3, 4, 5]],
  ])('%s', (_what, found, place, worker, turn, ids) => {
    expect(wantedEvents(found, place, worker, turn)).toEqual(ids)
  })

  const four = (nth: number) => ({ nth, of: 4, batch: 4 })
  it('one of several workers takes all that one can take', () => {
    expect(wantedEvents(waiting(0, 1, 2, 3), { rank: 0, of: 1 }, four(2), 0)).toEqual([1, 2, 3, 4])
  })
  it('of more, each worker takes others than the rest of them, and together they take all', () => {
    const found = waiting(0, 1, 2, 3, 0, 1, 2, 3)
    const taken = [0, 1, 2, 3].map((nth) => wantedEvents(found, { rank: 0, of: 1 }, four(nth), 0))
    expect(taken).toEqual([
      [1, 5],
      [2, 6],
      [3, 7],
      [4, 8],
    ])
  })
  it('workers of two processes, too', () => {
    const found = waiting(...Array.from({ length: 16 }, (_, n) => n))
    const places = [0, 1].flatMap((rank) => [0, 1].map((nth) => ({ rank, nth })))
    const taken = places.map(({ rank, nth }) => wantedEvents(found, { rank, of: 2 }, { nth, of: 2, batch: 4 }, 0))
    expect(taken.flat().sort((a, b) => a - b)).toEqual(found.map(({ id }) => id))
  })
})
