import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionZh } from './condition-zh.ts'
import type { FactShape } from './fact.ts'
import { basePath, narrowedPath, narrowingOf } from './narrowed.ts'
import { parseCondition } from './parse-condition.ts'

const SHAPES: FactShape[] = [
  { path: 'orders.paid.count', type: 'number', zh: '已付款订单数', narrow: ['category', 'product', 'days'] },
  { path: 'follow.days', type: 'number', zh: '加好友天数' },
]
const parsed = (written: unknown) => parseCondition(written, SHAPES)

describe('a narrowed fact', () => {
  it('is a fact of its own, with what it is narrowed to in its path and its words', () => {
    const { condition } = parsed({ orders: { paid: { count: { days: 90, category: '牛排', gte: 3 } } } })
    expect(condition).toEqual({
      kind: 'test',
      path: 'orders.paid.count[category=牛排,days=90]',
      test: { gte: 3 },
    })
    expect(condition && conditionZh(condition, SHAPES)).toBe('已付款订单数（牛排，近 90 天）至少 3')
  })

  it('is the same fact in whatever order and how often its names are written', () => {
    const one = parsed({ 'orders.paid.count': { category: ['羊排', '牛排', '羊排'], gte: 1 } })
    const other = parsed({ 'orders.paid.count': { gte: 1, category: ['牛排', '羊排'] } })
    expect(one).toEqual(other)
  })

  it('keeps every name as it is, whatever signs are in it', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' })
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1 }), fc.integer({ min: 1, max: 999 }), (names, days) => {
        const narrowing = { category: names.sort(), days }
        const path = narrowedPath('orders.paid.count', narrowing)
        expect(narrowingOf(path)).toEqual(narrowing)
        expect(basePath(path)).toBe('orders.paid.count')
      }),
    )
  })

  it.each([
    [{ 'orders.paid.count': { category: '牛排' } }, '「已付款订单数」没有写怎么比'],
    [{ 'orders.paid.count': { days: 0, gte: 1 } }, '「已付款订单数」的 days 要写天数'],
    [{ 'orders.paid.count': { days: '90天', gte: 1 } }, '「已付款订单数」的 days 要写天数'],
    [{ 'orders.paid.count': { category: [], gte: 1 } }, '「已付款订单数」的 category 要写品类的名字'],
    [{ 'orders.paid.count': { product: 3, gte: 1 } }, '「已付款订单数」的 product 要写商品的名字'],
    [{ 'follow.days': { days: 3, gte: 1 } }, '没有「days」这种比法'],
  ])('%j is refused: %s', (written, message) => {
    expect(parsed(written).faults[0]?.message).toContain(message)
  })
})
