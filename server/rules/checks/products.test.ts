import { expect, it } from 'vitest'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { createCatalogue, fitsPattern } from '../book/catalogue.ts'
import { formatFault } from '../files/rule-fault.ts'
import { loadRules } from '../load-rules.ts'
import { GOOD_RULES, ruleFolderOnDisk } from '../testing/rule-folder-on-disk.ts'

async function told(files: Record<string, string>): Promise<string[]> {
  const made = ruleFolderOnDisk({ ...GOOD_RULES, ...files })
  try {
    return (await loadRules(made.folder, VOCABULARY)).faults.map((one) => formatFault(one))
  } finally {
    made.remove()
  }
}
const products = (rules: readonly string[]): Record<string, string> => ({
  'products.yaml': `products:\n${rules.map((rule) => `  - { ${rule} }\n`).join('')}`,
})
const NEVER = (nth: number): string => `轮不到这一条：它的商品都先对上了第 ${nth} 条。放到前面，或者删掉`

it.each<[rules: string[], ...told: unknown[]]>([
  [['sku: NP-XL-*, role: 主推', 'name: "*试吃*", category: 试吃, role: 首试', 'sku: NP-*, role: 利润']],
  [['role: 主推'], 'products.yaml:2:5 没有写是哪些商品。写上 sku 或 name，例如 name: "*试吃*"'],
  [['sku: A'], 'products.yaml:2:5 没有写它算什么。写上 category 或 role，例如 role: 主推'],
  [['sku: NP-*, role: 主推', 'sku: [NP-1, NP-2*], role: 利润'], `products.yaml:3:5 ${NEVER(1)}`],
  [['name: "*", role: 主推', 'sku: A, name: B, role: 利润'], `products.yaml:3:5 ${NEVER(1)}`],
  [['sku: NP-*, name: 牛排, role: 主推', 'sku: NP-1, role: 利润']],
  [['sku: [NP-1, NP-2], role: 主推', 'sku: [NP-2, NP-3], role: 利润']],
  [['sku: A, role: 主打'], expect.stringContaining('products.yaml:2:')],
  [['sku: "", role: 主推'], expect.stringContaining('products.yaml:2:')],
])('%j', async (rules, ...faults) => {
  expect(await told(products(rules))).toEqual(faults)
})

it('rules ask for roles that there are, and for no others', async () => {
  const tier = (asked: string): Record<string, string> => ({
    'sop/x.yaml': `sop: xx\nname: 回访\ntrigger: order.paid\nwhen: { ${asked} }\nsteps:\n  - wait: 1d\n`,
  })
  expect(await told(tier('orders.paid.count: { role: [主推, 引流], gte: 1 }'))).toEqual([])
  expect(await told(tier('orders.paid.roles: { any: [主推] }'))).toEqual([])
  expect(await told(tier('orders.paid.count: { role: 主打, gte: 1 }'))).toEqual([
    expect.stringMatching(/^sop\/x\.yaml:4:\d+ 没有「主打」这种商品角色，能写的有 引流、首试、主推/),
  ])
  expect(await told(tier('orders.paid.roles: { any: [主惟] }'))).toEqual([
    expect.stringMatching(/^sop\/x\.yaml:4:\d+ 「买过哪些角色的商品」里没有「主惟」。是不是想写 主推/),
  ])
})

it.each([
  ['NP-XL-*', 'np-xl-200', true],
  ['NP-XL-*', 'NP-XL-', true],
  ['NP-XL-*', 'NP-FL-150', false],
  ['*试吃*', '原切西冷（试吃装）', true],
  ['*试吃', '试吃装', false],
  ['ab*ab', 'ab', false],
  ['ab*ab', 'abab', true],
  ['a*b*c', 'a-c-b', false],
  ['a*b*c', 'a-b-c', true],
  ['a*b*bc', 'abc', false],
  ['ＮＰ-１', 'NP-1', true],
  ['a.c', 'abc', false],
  ['*', '', true],
])('%s fits %s: %s', (pattern, text, fits) => {
  expect(fitsPattern(pattern, text)).toBe(fits)
})

it('the first entry that fits decides; sku and name must both fit where both are written', () => {
  const { labelOf } = createCatalogue(
    [
      { sku: 'NP-*', name: ['*礼盒*', '*套装*'], role: '组合' },
      { sku: 'NP-*', category: '牛排', role: '主推' },
    ],
    'v',
  )
  expect(labelOf({ sku: 'NP-1', name: '家庭礼盒' })).toEqual({ category: undefined, role: '组合' })
  expect(labelOf({ sku: 'NP-1', name: '西冷' })).toEqual({ category: '牛排', role: '主推' })
  expect(labelOf({ sku: 'X', name: '家庭礼盒' })).toBeUndefined()
})
