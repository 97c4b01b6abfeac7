import { expect, it } from 'vitest'
import { namesOf } from './checks/shops.ts'

const said = (word: string, orders: number) => ({ source: '甲店', part: 'staff' as const, word, orders })

it('whom shops name and nobody is is told with how many orders, the first of them by name', () => {
  expect(namesOf([])).toEqual([])
  const many = [9, 5, 3, 2, 1, 1].map((orders, nth) => said(`G${nth}`, orders))
  expect(namesOf(many)).toMatchObject([
    {
      state: 'warn',
      why: '近 30 天有 6 个对不上是谁，涉及 21 单：甲店「G0」、甲店「G1」、甲店「G2」、甲店「G3」、甲店「G4」',
      next: expect.stringContaining('config/shops'),
    },
  ])
})
