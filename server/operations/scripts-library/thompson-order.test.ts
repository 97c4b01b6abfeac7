import { describe, expect, it } from 'vitest'
import { seeded } from '../../core/kernel/seeded.ts'
import { ENOUGH, EXPLORED, type Tried, thompsonOrder } from './thompson-order.ts'

const arm = (id: string, customers: number, bought: number): Tried => ({ id, customers, bought })
/** How often each is first in so many lists. */
function firsts(arms: readonly Tried[], lists = 4_000, seed = 1): Record<string, number> {
  const random = seeded(seed)
  const count: Record<string, number> = Object.fromEntries(arms.map(({ id }) => [id, 0]))
  for (let n = 0; n < lists; n++) {
    const [first = ''] = thompsonOrder(arms, random).order
    count[first] = (count[first] ?? 0) + 1
  }
  return count
}

describe('until enough is known the order is the file’s', () => {
  it.each<[string, Tried[], string[]]>([
    ['nothing is known', [arm('a', 0, 0), arm('b', 0, 0)], ['a', 'b']],
    ['one try too few', [arm('a', 0, 0), arm('b', ENOUGH - 1, ENOUGH - 1)], ['a', 'b']],
    ['there is but one', [arm('a', 500, 3)], ['a']],
    ['there is none', [], []],
  ])('%s', (_what, arms, order) => {
    for (let seed = 0; seed < 50; seed++) {
      expect(thompsonOrder(arms, seeded(seed))).toEqual({ order, how: 'file' })
    }
  })
})

describe('once enough is known', () => {
  it('the same random numbers give the same list, with each of them in it once', () => {
    const arms = [arm('a', 40, 4), arm('b', 40, 8), arm('c', 2, 0)]
    for (let seed = 0; seed < 200; seed++) {
      const { order, how } = thompsonOrder(arms, seeded(seed))
      expect(thompsonOrder(arms, seeded(seed))).toEqual({ order, how })
      expect([...order].sort()).toEqual(['a', 'b', 'c'])
      expect(how).not.toBe('file')
    }
  })

  it('exactly enough is enough', () => {
    expect(thompsonOrder([arm('a', ENOUGH, 1), arm('b', 0, 0)], seeded(3)).how).not.toBe('file')
  })

  it.each<[string, Tried[], Record<string, [from: number, to: number]>]>([
    [
      'what sold far better is nearly always first',
      [arm('a', 400, 10), arm('b', 400, 80)],
      { a: [0.03, 0.08], b: [0.92, 0.97] },
    ],
    ['equals share', [arm('a', 300, 30), arm('b', 300, 30)], { a: [0.44, 0.56], b: [0.44, 0.56] }],
    ['what nobody has tried is tried', [arm('a', 300, 30), arm('new', 0, 0)], { a: [0.05, 0.2], new: [0.8, 0.95] }],
    ['more bought than were counted is no fault', [arm('a', 40, 50), arm('b', 40, 1)], { a: [0.9, 0.97] }],
  ])('%s', (_what, arms, shares) => {
    const count = firsts(arms)
    for (const [id, [from, to]] of Object.entries(shares)) {
      expect([id, (count[id] ?? 0) / 4_000 > from, (count[id] ?? 0) / 4_000 < to]).toEqual([id, true, true])
    }
  })

  it('each keeps its share of the first place, however badly it did', () => {
    const arms = [arm('best', 5_000, 2_500), ...['x', 'y', 'z'].map((id) => arm(id, 5_000, 5))]
    const lists = 20_000
    const count = firsts(arms, lists)
    for (const id of ['x', 'y', 'z']) {
      const share = (count[id] ?? 0) / lists
      expect([id, share > (EXPLORED / 4) * 0.8, share < (EXPLORED / 4) * 1.2]).toEqual([id, true, true])
    }
  })
})

/** A shop in which each script sells with a chance that nobody knows; what is first is what is sent. */
function simulate(chances: Record<string, number>, rounds: number, seed: number) {
  const random = seeded(seed)
  const arms = new Map(Object.keys(chances).map((id) => [id, { id, customers: 0, bought: 0 }]))
  let sold = 0
  const late: Record<string, number> = Object.fromEntries(Object.keys(chances).map((id) => [id, 0]))
  for (let n = 0; n < rounds; n++) {
    const [first = ''] = thompsonOrder([...arms.values()], random).order
    const one = arms.get(first)
    if (one === undefined) throw new Error('a list without a first')
    one.customers += 1
    if (random() < (chances[first] ?? 0)) {
      one.bought += 1
      sold += 1
    }
    if (n >= rounds / 2) late[first] = (late[first] ?? 0) + 1
  }
  return { sold, late, arms }
}

describe('over time', () => {
  const chances = { first: 0.04, second: 0.06, best: 0.16, last: 0.08 }
  it.each([1, 2, 3, 4, 5])('the best is found and no other given up (seed %i)', (seed) => {
    const rounds = 6_000
    const { sold, late, arms } = simulate(chances, rounds, seed)
    expect((late.best ?? 0) / (rounds / 2)).toBeGreaterThan(0.8)
    // The file's order would have sold 4 of a hundred for ever.
    expect(sold).toBeGreaterThan(rounds * 0.04 * 2.5)
    for (const id of ['first', 'second', 'last']) {
      expect((late[id] ?? 0) / (rounds / 2)).toBeGreaterThan((EXPLORED / 4) * 0.6)
      expect(arms.get(id)?.customers).toBeGreaterThan(0)
    }
  })
})
