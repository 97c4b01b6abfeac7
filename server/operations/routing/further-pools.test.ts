import { expect, it } from 'vitest'
import type { Pool } from '../../rules/book/rule-book.ts'
import { furthestFirst } from './further-pools.ts'

it.each([
  [['paid', 'education', 'vip']],
  [['paid', 'vip', 'education']],
  [['education', 'paid', 'vip']],
  [['vip', 'paid', 'education']],
  [['paid', 'education', 'education', 'vip', 'paid']],
] as const)('%s: whoever belongs in both is asked into the VIP group before the paid one', (roles) => {
  const pools = new Map(roles.map((role, nth) => [`${nth}`, { name: `${nth}`, value: { role } } as Pool]))
  const order = furthestFirst(pools).map(({ value }) => value.role)
  expect(order.lastIndexOf('vip')).toBeLessThan(order.indexOf('paid'))
  expect([...order].sort()).toEqual([...roles].sort())
})
