import { expect, it } from 'vitest'
import { learnedOrder, type Proposed } from './learned-order.ts'

const one = (id: string, change: Partial<Proposed> = {}): Proposed => ({
  ...{ id, customers: 0, bought: 0, priority: 50, isSaid: false },
  ...change,
})
const good = { customers: 900, bought: 800 }
const bad = { customers: 900, bought: 1 }
const lists = (proposed: Proposed[]) =>
  Array.from({ length: 60 }, (_, n) => learnedOrder(proposed, `day ${n}`)).filter(({ how }) => how !== 'explored')

it('the house’s priority and what was said already stand above what was learned', () => {
  const proposed = [
    one('a', bad),
    one('b', good),
    one('urgent', { ...bad, priority: 40 }),
    one('said', { ...good, isSaid: true }),
  ]
  for (const { order, how } of lists(proposed)) expect([order, how]).toEqual([['b', 'a', 'urgent', 'said'], 'learned'])
})

it.each<[string, Proposed[], string[]]>([
  ['nothing fits', [], []],
  ['all was said', [one('a', { ...bad, isSaid: true }), one('b', { ...good, isSaid: true })], ['a', 'b']],
  ['too little is known', [one('a'), one('b', { customers: 3, bought: 3 })], ['a', 'b']],
])('%s: as it comes', (_what, proposed, order) => {
  for (const list of lists(proposed)) expect(list).toEqual({ order, how: 'file' })
})

it('the same day gives the same list, another day may give another', () => {
  const proposed = ['a', 'b', 'c', 'd'].map((id) => one(id, { customers: 20, bought: 4 }))
  expect(learnedOrder(proposed, 'x')).toEqual(learnedOrder(proposed, 'x'))
  const orders = new Set(Array.from({ length: 60 }, (_, n) => learnedOrder(proposed, `day ${n}`).order.join()))
  expect(orders.size).toBeGreaterThan(5)
})
