import type { ProductRole, ProductRule } from '../schema/product-rules.ts'

/** What products.yaml says of one product; undefined: nothing. */
export interface ProductLabel {
  category: string | undefined
  role: ProductRole | undefined
}

export interface Catalogue {
  /** Undefined without entries. */
  version: string | undefined
  /** By the first entry that fits; undefined: none does. */
  labelOf(product: { sku: string; name: string }): ProductLabel | undefined
}

/** Most shops have some hundred goods; the rest is looked up each time. */
const MOST_KEPT = 10_000

/** Full-width and capital letters are the same letters. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** Does the text fit a pattern in which `*` stands for any letters, also none? */
export function fitsPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = folded(pattern).split('*')
  const whole = folded(text)
  const last = rest.pop()
  if (last === undefined) return whole === first
  if (!whole.startsWith(first) || !whole.endsWith(last) || whole.length < first.length + last.length) return false
  let from = first.length
  for (const part of rest) {
    const at = whole.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return from <= whole.length - last.length
}

const fits = (patterns: string | readonly string[] | undefined, text: string): boolean =>
  patterns === undefined || [patterns].flat().some((pattern) => fitsPattern(pattern, text))

export function createCatalogue(products: readonly ProductRule[], version: string): Catalogue {
  if (products.length === 0) return { version: undefined, labelOf: () => undefined }
  const kept = new Map<string, ProductLabel | undefined>()
  const found = (sku: string, name: string): ProductLabel | undefined => {
    const rule = products.find((one) => fits(one.sku, sku) && fits(one.name, name))
    return rule === undefined ? undefined : { category: rule.category, role: rule.role }
  }
  return {
    version,
    labelOf: ({ sku, name }) => {
      const key = JSON.stringify([sku, name])
      if (kept.has(key)) return kept.get(key)
      const label = found(sku, name)
      if (kept.size < MOST_KEPT) kept.set(key, label)
      return label
    },
  }
}
