import { afterEach, beforeEach, expect, test } from 'vitest'
import { facts } from '../../capabilities/facts.ts'
import { ordersProgram } from '../../cli/orders.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createCatalogue } from '../../rules/book/catalogue.ts'
import type { Narrowing } from '../../rules/condition/fact.ts'
import { narrowedPath } from '../../rules/condition/narrowed.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'
import { runCommand } from '../../testing/run-command.ts'
import { signedPost } from '../../testing/signed-post.ts'
import { createLabelItems } from './label-items.ts'
import { orderQueries } from './order-queries.ts'

const CATALOGUE = `products:
  - { sku: T-*, category: 牛排, role: 首试 }
  - { name: "*西冷*", category: 牛排, role: 主推 }
  - { sku: S-1, role: 利润 }
`
const LINES = [
  { lineId: 'l1', sku: 'T-1', name: '试吃装', quantity: 1, priceFen: 2_000, category: '新人' },
  { lineId: 'l2', sku: 'X-1', name: '原切西冷', quantity: 2, priceFen: 10_000 },
  { lineId: 'l3', sku: 'S-1', name: '黑椒酱', quantity: 1, priceFen: 1_000, category: '酱料' },
  { lineId: 'l4', sku: 'N-1', name: '新品', quantity: 1, priceFen: 500, category: '酱料' },
]
const ORDER = {
  ...{ orderId: 'A1', status: 'paid', totalFen: 23_500, source: '店', version: 1, items: LINES },
  ...{ createdAt: '2026-11-20T08:30:00+08:00', paidAt: '2026-11-20T08:30:00+08:00' },
}

let t: TestApp
let who: string
beforeEach(async () => {
  t = await buildTestApp({ config: { 'products.yaml': CATALOGUE } })
  who = (await t.sandbox.scan({ userId: 'zhangsan' })).externalUserId
  await t.settle()
})
afterEach(() => t.close())

const post = (change: object = {}) =>
  signedPost(t, '/api/orders', { ...ORDER, customer: { externalUserId: who }, ...change })
const ask = async (path: string, narrowing: Narrowing = {}) => {
  const asked = narrowedPath(path, narrowing)
  const values = await t.db.tx((tx) => facts.of(tx, [who], t.clock.now(), [asked]))
  return values.get(who)?.get(asked)
}
const labels = () =>
  t.rawRows('SELECT sku, catalog_category AS category, role FROM shop_order_item ORDER BY shop_order_id, line_no')

test('goods are what products.yaml says, else what the shop does; facts ask by category and role, and a part refund takes its goods away', async () => {
  await post()
  await post()
  expect(await labels()).toEqual([
    { sku: 'T-1', category: '牛排', role: '首试' },
    { sku: 'X-1', category: '牛排', role: '主推' },
    { sku: 'S-1', category: null, role: '利润' },
    { sku: 'N-1', category: null, role: null },
  ])
  const asked = async () => [
    await ask('orders.paid.count'),
    await ask('orders.paid.count', { category: ['牛排'] }),
    await ask('orders.paid.sum', { category: ['牛排'], days: 90 }),
    await ask('orders.paid.count', { category: ['新人'] }),
    await ask('orders.paid.sum', { category: ['酱料'] }),
    await ask('orders.paid.pieces', { role: ['主推'] }),
    await ask('orders.paid.daysSinceLast', { role: ['主推'] }),
    await ask('orders.paid.roles'),
    await ask('orders.paid.categories'),
    await ask('orders.refunded.percent', { role: ['主推'] }),
    await ask('orders.refunded.percent', { role: ['利润'] }),
    await ask('orders.refunded.percent', { role: ['清仓'] }),
  ]
  expect(await asked()).toEqual([
    ...[1, 1, 22_000, 0, 1_500, 2, 2],
    ...[['主推', '利润', '首试'], ['牛排', '酱料'], 0, 0, undefined],
  ])
  // The pane's kinds of goods are the same.
  const kinds = await t.db.tx((tx) => orderQueries.categoriesOf(tx, who, { limit: 9 }))
  expect(kinds.map(({ name, pieces }) => [name, pieces])).toEqual([
    ['牛排', 3],
    ['酱料', 2],
  ])
  const lines = [{ lineId: 'l2', quantity: 2, fen: 20_000 }]
  const refunds = [{ refundId: 'r1', fen: 20_000, at: '2026-11-21T08:30:00+08:00', lines }]
  await post({ version: 2, refunds })
  expect(await asked()).toEqual([
    ...[1, 1, 2_000, 0, 1_500, 0, undefined],
    ...[['利润', '首试'], ['牛排', '酱料'], 100, 0, undefined],
  ])
  // All of it: no line was named, and none is bought any more.
  await post({ version: 3, status: 'refunded', refunds: [...refunds, { refundId: 'r2', fen: 3_500 }] })
  expect(await ask('orders.refunded.percent', { role: ['利润'] })).toBe(100)
})

test('another catalogue, or none, holds for what was sold before as well', async () => {
  await post()
  t.writeConfig({ 'products.yaml': 'products:\n  - { sku: N-1, category: 尝新, role: 引流 }\n' })
  await t.huoshui.rules.check()
  await t.advance(2 * MINUTE_MS)
  expect(await labels()).toEqual([
    { sku: 'T-1', category: null, role: null },
    { sku: 'X-1', category: null, role: null },
    { sku: 'S-1', category: null, role: null },
    { sku: 'N-1', category: '尝新', role: '引流' },
  ])
  expect(await ask('orders.paid.count', { category: ['牛排'] })).toBe(0)
  expect(await ask('orders.paid.count', { category: ['新人'] })).toBe(1)
  // A command knows no catalogue; the server looks its goods up.
  await t.rawRows('UPDATE shop_order_item SET role = NULL, catalog_category = NULL, labelled_by = NULL')
  await t.advance(2 * MINUTE_MS)
  expect((await labels())[3]).toEqual({ sku: 'N-1', category: '尝新', role: '引流' })
})

test('a process with older files, or that could read none yet, labels nothing over again', async () => {
  await post()
  const before = await labels()
  const older = { ...EMPTY_BOOK, version: 'older', catalogue: createCatalogue([], 'older') }
  for (const book of [older, EMPTY_BOOK]) await createLabelItems({ ...t, rules: { current: () => book } }).run()
  expect(await labels()).toEqual(before)
  // The same, once they are the newest.
  await t.rawRows("UPDATE rule_book SET version = 'older'")
  await createLabelItems({ ...t, rules: { current: () => older } }).run()
  expect(await labels()).toEqual(LINES.map(({ sku }) => ({ sku, category: null, role: null })))
})

test('goods of the last thirty days that the catalogue does not know are named, with what they sold', async () => {
  await post()
  await post({ orderId: 'A2', items: [{ ...LINES[3], sku: 'N-2', name: '旧品' }], paidAt: '2026-10-01T08:30:00+08:00' })
  await post({ orderId: 'A3', status: 'created', paidAt: null, items: [{ ...LINES[3], sku: 'N-3', name: '没付' }] })
  const run = (...words: string[]) => runCommand(ordersProgram, words, t)
  const some = await run('products')
  expect(some.code).toBe(1)
  expect(some.out).toContain('近 30 天卖出 4 种商品，其中 1 种 products.yaml 里没有')
  expect(some.out.split('\n').filter((line) => /旧品|没付/.test(line))).toEqual([])
  expect(JSON.parse((await run('products', '--unknown', '--json')).out).goods).toMatchObject([
    { sku: 'N-1', name: '新品', orders: 1, pieces: 1, isKnown: false },
  ])
  t.writeConfig({ 'products.yaml': `${CATALOGUE}  - { name: "*", category: 其他 }\n` })
  await t.huoshui.rules.check()
  await t.advance(DAY_MS)
  expect((await run('products')).code).toBe(0)
})

test('who began with lead-in goods and went on to main ones is counted, each window over those who have had its time', async () => {
  const day = (nth: number): string => new Date(Date.parse('2026-08-01T12:00:00+08:00') + nth * DAY_MS).toISOString()
  const buy = async (customer: string, orderId: string, nth: number, lines: number[], more: object = {}) =>
    post({
      ...{ customer: { externalUserId: customer }, orderId, createdAt: day(nth), paidAt: day(nth) },
      ...{ items: lines.map((line) => LINES[line]), ...more },
    })
  const others: string[] = []
  for (let nth = 0; nth < 6; nth++) others.push((await t.sandbox.scan({ userId: 'zhangsan' })).externalUserId)
  await t.settle()
  const [slow = '', before = '', both = '', back = '', young = '', never = ''] = others
  await buy(who, 'a1', 0, [0])
  await buy(who, 'a2', 30, [1])
  await buy(slow, 'b1', 0, [0])
  await buy(slow, 'b2', 31, [1])
  await buy(before, 'c1', 0, [1])
  await buy(before, 'c2', 1, [0])
  await buy(before, 'c3', 2, [1])
  await buy(both, 'd1', 0, [0, 1])
  await buy(back, 'e1', 0, [0])
  await buy(back, 'e2', 1, [1], { totalFen: 20_000, status: 'refunded', refunds: [{ refundId: 'r', fen: 20_000 }] })
  await buy(young, 'f1', 100, [0])
  await buy(young, 'f2', 101, [1])
  await buy(never, 'g1', 0, [2])
  const moved = async (...words: string[]) =>
    JSON.parse((await runCommand(ordersProgram, ['moves', ...words, '--json'], t)).out).moves.map(
      ({ days, people, goals }: Record<string, number>) => [days, people, goals],
    )
  // 2026-11-22 is day 113: who began on day 100 has had none of the windows.
  expect(await moved()).toEqual([
    [30, 3, 1],
    [60, 3, 2],
    [90, 3, 2],
  ])
  expect(await moved('--since', '2026-08-02')).toEqual([
    [30, 0, 0],
    [60, 0, 0],
    [90, 0, 0],
  ])
  expect(await moved('--from', '利润', '--to', '首试')).toEqual([
    [30, 1, 0],
    [60, 1, 0],
    [90, 1, 0],
  ])
  expect((await runCommand(ordersProgram, ['moves'], t)).out).toContain('60 天内：3 人里 2 人，66.7%（20.8%–93.9%）')
})
