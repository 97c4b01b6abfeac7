import { fitsPattern } from '../book/catalogue.ts'
import type { Draft } from '../files/draft.ts'
import type { ProductRule, ProductRules } from '../schema/product-rules.ts'

type Patterns = ProductRule['sku']
const listOf = (patterns: Patterns): readonly string[] | undefined =>
  patterns === undefined ? undefined : [patterns].flat()

/** Does whatever fits `narrow` surely fit `wide`? A pattern is a text of its own: its stars are letters that a star fits. */
function covers(wide: Patterns, narrow: Patterns): boolean {
  const [all, some] = [listOf(wide), listOf(narrow)]
  if (all === undefined) return true
  return some?.every((one) => all.some((pattern) => fitsPattern(pattern, one))) === true
}

export function checkProducts(files: Draft<ProductRules>[]): void {
  for (const draft of files) {
    const { products } = draft.value
    for (const [index, rule] of products.entries()) {
      const at = ['products', index]
      if (draft.isLeftOut(at)) continue
      if (rule.sku === undefined && rule.name === undefined) {
        draft.fault(at, '没有写是哪些商品', '写上 sku 或 name，例如 name: "*试吃*"')
        continue
      }
      if (rule.category === undefined && rule.role === undefined) {
        draft.fault(at, '没有写它算什么', '写上 category 或 role，例如 role: 主推')
      }
      const earlier = products.findIndex(
        (one, nth) =>
          nth < index &&
          !draft.isLeftOut(['products', nth]) &&
          (one.sku !== undefined || one.name !== undefined) &&
          covers(one.sku, rule.sku) &&
          covers(one.name, rule.name),
      )
      if (earlier >= 0) {
        draft.fault(at, `轮不到这一条：它的商品都先对上了第 ${earlier + 1} 条`, '放到前面，或者删掉')
      }
    }
  }
}
