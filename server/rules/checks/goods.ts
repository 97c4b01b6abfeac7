import type { AtHand } from '../at-hand.ts'
import { fitsPattern } from '../book/catalogue.ts'
import { didYouMean } from '../condition/did-you-mean.ts'
import { basePath, narrowingOf } from '../condition/narrowed.ts'
import type { Draft } from '../files/draft.ts'
import type { Condition } from '../schema/condition.ts'
import type { ProductRules } from '../schema/product-rules.ts'

const CATEGORY_FACTS: readonly string[] = ['orders.paid.categories', 'orders.paid.lastCategories', 'visits.categories']
const PRODUCT_FACTS: readonly string[] = ['visits.products', 'visits.cart.products']
const MOST_NAMED = 10

/** What is sold, as far as products.yaml says and shops told; empty sets: nothing is known. */
export interface Goods {
  categories: Set<string>
  /** Names and codes that shops told. */
  products: Set<string>
  /** Of products.yaml. */
  patterns: string[]
}
export type GoodsKind = 'category' | 'product'

export const goodsToldBy = (atHand: Pick<AtHand, 'categories' | 'products'> | undefined): Goods => ({
  categories: new Set(atHand?.categories),
  products: new Set(atHand?.products),
  patterns: [],
})

/** What products.yaml calls a category or a product is one before anybody has bought of it. */
export function addCatalogue(goods: Goods, files: readonly Draft<ProductRules>[]): void {
  for (const { sku, name, category } of files.flatMap(({ value }) => value.products)) {
    if (category !== undefined) goods.categories.add(category)
    goods.patterns.push(...[sku ?? []].flat(), ...[name ?? []].flat())
  }
}

/** A name of goods that nobody knows, mostly a slip of the pen, sometimes goods to come: message and suggestion; undefined when it is
 *  known, or when too little is known to say. */
export function doubtOf(
  goods: Goods,
  kind: GoodsKind,
  name: string,
): [message: string, suggestion: string] | undefined {
  const known = kind === 'category' ? goods.categories : goods.products
  if (known.size === 0 || known.has(name)) return undefined
  if (kind === 'product' && goods.patterns.some((pattern) => fitsPattern(pattern, name))) return undefined
  const whole = goods.patterns.filter((pattern) => !pattern.includes('*'))
  const meant = didYouMean(name, kind === 'category' ? known : [...known, ...whole])
  const what = kind === 'category' ? '品类' : '商品'
  return [
    `不认识${what}「${name}」：products.yaml 里没有，最近也没有卖过`,
    meant === undefined ? `有的是 ${[...known].slice(0, MOST_NAMED).join('、')}` : `是不是想写 ${meant}`,
  ]
}

/** Reports goods that a condition asks for and nobody knows. */
export function doubtGoods(
  goods: Goods,
  condition: Condition,
  report: (path: string, name: string, message: string, suggestion: string) => void,
): void {
  if (condition.kind !== 'test') {
    for (const part of [condition.of].flat()) doubtGoods(goods, part, report)
    return
  }
  const narrowing = narrowingOf(condition.path)
  const values = Object.values(condition.test).flat()
  const asked = {
    category: CATEGORY_FACTS.includes(condition.path) ? values : (narrowing?.category ?? []),
    product: PRODUCT_FACTS.includes(condition.path) ? values : (narrowing?.product ?? []),
  }
  for (const kind of ['category', 'product'] as const) {
    for (const name of new Set<unknown>(asked[kind])) {
      const doubt = typeof name === 'string' ? doubtOf(goods, kind, name) : undefined
      if (doubt !== undefined) report(basePath(condition.path), String(name), ...doubt)
    }
  }
}
