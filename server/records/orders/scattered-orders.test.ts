import { expect, it } from 'vitest'
import { findScattered } from './scattered-orders.ts'
import { readOrders } from './testing/read-orders.ts'

const HEADER = '订单号,状态,金额,手机号,付款时间,商品名称,数量'
const row = (id: string, name: string): string => `${id},已付款,1,13800001111,2026-11-20 10:00:00,${name},1`

it.each([100, 60_000])('of %i orders those that came twice are scattered, and hardly any other', (orders) => {
  const looked = findScattered()
  for (let n = 0; n < orders; n++) looked.begins(`O${n}`)
  for (let n = 0; n < orders; n += 10) looked.begins(`O${n}`)
  const { has, parts } = looked.found()
  const wrong = [0, 0]
  for (let n = 0; n < orders; n++)
    if (has(`O${n}`) !== (n % 10 === 0)) wrong[Number(n % 10 !== 0)] = (wrong[Number(n % 10 !== 0)] ?? 0) + 1
  expect(wrong[0]).toBe(0)
  expect(wrong[1]).toBeLessThanOrEqual(2)
  expect([has('P1'), parts]).toEqual([false, 1])
})

it('a very long file whose orders do not stand together comes in whole, each order and each fault once', async () => {
  const [orders, scattered] = [25_000, 21_000]
  const first = Array.from({ length: orders }, (_, n) => row(`O${n}`, '鸡'))
  const second = Array.from({ length: scattered }, (_, n) => row(`O${n}`, '鸭'))
  const lines = [HEADER, row('', '谁的'), ...first, ...second]
  const { orders: read, faults } = await readOrders(lines.join('\n'))
  expect(faults).toEqual(['2: 没有订单号'])
  expect(read.length).toBe(orders)
  const items = new Map(read.map(({ orderId, items }) => [orderId, items.map(({ name }) => name).join()]))
  expect(items.size).toBe(orders)
  for (let n = 0; n < orders; n++) {
    if (items.get(`O${n}`) !== (n < scattered ? '鸡,鸭' : '鸡')) expect([n, items.get(`O${n}`)]).toEqual([n, 'whole'])
  }
})
