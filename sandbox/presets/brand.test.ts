import { expect, it } from 'vitest'
import { createSettableClock } from '../../server/core/kernel/clock.ts'
import { allFollows } from '../relations.ts'
import { createSandbox } from '../sandbox.ts'

const open = (seed: number) =>
  createSandbox({ clock: createSettableClock('2025-03-01T09:00:00+08:00'), preset: 'brand', seed })

it('is the same shop for the same seed', async () => {
  const [a, b, c] = [open(7), open(7), open(8)]
  expect([...allFollows(a.world)]).toEqual([...allFollows(b.world)])
  expect(a.shops.wechat.orders()).toEqual(b.shops.wechat.orders())
  expect([...c.world.customers.keys()]).not.toEqual([...a.world.customers.keys()])
})

it('has people, tags, groups and a history', () => {
  const { world, shops } = open(1)
  const orders = shops.wechat.orders()
  expect([...world.staff.values()].map((staff) => staff.name)).toEqual([
    '林小雨',
    '陈浩',
    '周敏',
    '何佳琪',
    '王子轩',
    '孙倩',
  ])
  expect([...world.departments.values()].map((d) => d.name)).toEqual([
    '牧野牛排',
    '北京三里屯店',
    '上海徐汇店',
    '直播组',
    '客服组',
  ])
  expect([...world.tagGroups.values()].map((group) => group.name)).toEqual(['来源', '生命周期', '口味', '分层'])
  expect(world.customers.size).toBe(36)
  expect([...world.groups.values()].every((group) => group.members.size > 1)).toBe(true)
  expect(new Set(orders.map((order) => order.unionId)).size).toBe(20)
  expect([...world.customers.values()].filter(({ unionId }) => unionId === undefined)).toEqual([])
  expect(new Set(orders.map((order) => order.orderId)).size).toBe(orders.length)
  expect(orders.length).toBeGreaterThan(50)
  const start = Date.parse('2024-08-10T00:00:00+08:00')
  expect([...allFollows(world)].every((follow) => follow.addedAtMs > start)).toBe(true)
})
