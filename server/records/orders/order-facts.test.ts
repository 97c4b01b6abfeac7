import { afterEach, beforeEach, expect, it } from 'vitest'
import type { NewRowOf } from '../../core/db/define-table.ts'
import { DAY_MS, HOUR_MS } from '../../core/kernel/shanghai.ts'
import { factAt } from '../../rules/condition/narrowed.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { orderFacts } from './order-facts.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from './order-tables.ts'

type Row = NewRowOf<typeof SHOP_ORDER>
const NOW = Date.parse('2026-11-22T09:00:00+08:00')
const ago = (days: number, hours = 0): number => NOW - days * DAY_MS - hours * HOUR_MS

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

const FACTS = new Map(orderFacts.map((fact) => [fact.path, fact]))
let orders = 0
interface Line {
  name: string
  category?: string
  quantity?: number
  price_fen?: number
  refunded_quantity?: number
  refunded_fen?: number
}
async function put(more: Partial<Row>, ...lines: Line[]): Promise<void> {
  orders += 1
  await kit.db.tx(async (tx) => {
    const id = await tx.insert(SHOP_ORDER, {
      order_id: String(orders),
      source: '店',
      external_userid: 'wmA',
      status: 'paid',
      total_fen: 10_000,
      refunded_fen: 0,
      created_at: ago(1),
      paid_at: ago(1),
      ...more,
    })
    for (const [line_no, { category = null, quantity = 1, price_fen = 100, ...line }] of lines.entries()) {
      await tx.insert(SHOP_ORDER_ITEM, {
        shop_order_id: id,
        line_no,
        sku: `s-${line.name}`,
        quantity,
        price_fen,
        category,
        ...line,
      })
    }
  })
}
async function known(...paths: string[]): Promise<unknown[]> {
  const values: unknown[] = []
  for (const path of paths) {
    const fact = factAt(FACTS, path)
    values.push((await kit.db.tx(async (tx) => fact?.load(tx, ['wmA'], NOW)))?.get('wmA'))
  }
  return values
}

it('paid are those that stand, of this customer, at what stands of them', async () => {
  await put({ refunded_fen: 2_500 })
  await put({ status: 'refunded', refunded_fen: 10_000 })
  await put({ status: 'created', paid_at: null })
  await put({ status: 'closed' })
  await put({ external_userid: 'wmB' })
  expect(await known('orders.paid.count', 'orders.paid.sum', 'orders.created.count')).toEqual([1, 7_500, 4])
  expect(await known('orders.refunded.count', 'orders.refunded.sum', 'orders.refunded.percent')).toEqual([
    1, 12_500, 62,
  ])
})

it('a year is three hundred and sixty-five days of Shanghai', async () => {
  await put({ paid_at: Date.parse('2025-11-23T00:00:00+08:00') })
  await put({ paid_at: Date.parse('2025-11-22T23:59:59+08:00'), total_fen: 1 })
  expect(await known('orders.paid.count365', 'orders.paid.sum365', 'orders.paid.count')).toEqual([1, 10_000, 2])
})

it('of goods, those that were not given back whole', async () => {
  await put(
    {},
    { name: '牛排', category: '肉', quantity: 3, price_fen: 100, refunded_quantity: 1, refunded_fen: 100 },
    { name: '酱', category: '酱料', quantity: 1, refunded_quantity: 1, refunded_fen: 100 },
  )
  await put(
    { paid_at: ago(40) },
    { name: '牛排', category: '肉' },
    { name: '鸡', category: '肉', quantity: 2, price_fen: 50 },
  )
  await put({ status: 'refunded' }, { name: '虾', category: '海鲜' })
  expect(await known('orders.paid.categories', 'orders.paid.pieces', 'orders.paid.pieces[product=牛排]')).toEqual([
    ['肉'],
    5,
    3,
  ])
  expect(await known('orders.paid.count[category=肉]', 'orders.paid.sum[category=肉]')).toEqual([2, 400])
  expect(
    await known('orders.paid.count[product=s-鸡]', 'orders.paid.sum[product=鸡]', 'orders.paid.count[product=虾]'),
  ).toEqual([1, 100, 0])
  expect(
    await known('orders.paid.count[days=31]', 'orders.paid.sum[days=31]', 'orders.paid.count[category=肉,days=31]'),
  ).toEqual([1, 10_000, 1])
  expect(await known('orders.paid.daysSinceLast[product=鸡]', 'orders.paid.daysSinceFirst[category=肉]')).toEqual([
    40, 40,
  ])
})

it('of the last order, what it was', async () => {
  await put({ paid_at: ago(3), total_fen: 1 }, { name: 'a', category: '甲' })
  await put({ paid_at: ago(2), total_fen: 2 }, { name: 'b', category: '乙' })
  await put({ paid_at: ago(2), total_fen: 3, refunded_fen: 1 }, { name: 'c', category: '丙' })
  await put({ paid_at: ago(1), status: 'refunded' }, { name: 'd', category: '丁' })
  await put({ paid_at: ago(1), external_userid: 'wmB' }, { name: 'e', category: '戊' })
  expect(await known('orders.paid.lastSum', 'orders.paid.lastCategories', 'orders.paid.daysSinceLast')).toEqual([
    2,
    ['丙'],
    2,
  ])
})

it.each<[string, number[], (number | undefined)[]]>([
  ['one order has no interval', [10], [undefined, undefined, 240]],
  ['two have one, and no habit', [30, 10], [20, undefined, 240]],
  ['three have a habit', [50, 30, 25], [13, 2, 600]],
  ['three of one day have none', [10, 10, 10], [0, undefined, 240]],
])('%s', async (_what, days, expected) => {
  for (const day of days) await put({ paid_at: ago(day) })
  expect(
    await known('orders.paid.avgIntervalDays', 'orders.paid.intervalsSinceLast', 'orders.paid.hoursSinceLast'),
  ).toEqual(expected)
})

it('hours and percents are those that are full', async () => {
  await put({ paid_at: ago(0, 2) + 1, refunded_fen: 199 })
  await put({ status: 'closed', refunded_fen: 9_000 })
  await put({ status: 'created', paid_at: null, total_fen: 90_000 })
  expect(await known('orders.paid.hoursSinceLast', 'orders.refunded.percent')).toEqual([1, 1])
})

it('goods are on their way from when they went out to when they were signed for', async () => {
  await put({ shipped_at: ago(5), signed_at: ago(4) })
  await put({ shipped_at: ago(3), signed_at: null })
  await put({ shipped_at: null, signed_at: null })
  await put({ shipped_at: ago(1), signed_at: ago(1), status: 'refunded' })
  expect(await known('parcel.onTheWay', 'parcel.daysSinceShipped', 'parcel.signed', 'parcel.daysSinceSigned')).toEqual([
    1, 3, 0, 4,
  ])
})
