import Type, { type Static } from 'typebox'

const strict = { additionalProperties: false }

/** What a product is there for. */
export const PRODUCT_ROLES = ['引流', '首试', '主推', '利润', '会员', '清仓', '组合', '赠品'] as const
export type ProductRole = (typeof PRODUCT_ROLES)[number]

export const ProductRoleText = Type.Union([
  Type.Literal('引流'),
  Type.Literal('首试'),
  Type.Literal('主推'),
  Type.Literal('利润'),
  Type.Literal('会员'),
  Type.Literal('清仓'),
  Type.Literal('组合'),
  Type.Literal('赠品'),
])

const Pattern = Type.String({ minLength: 1, maxLength: 200 })
const Patterns = Type.Union([Pattern, Type.Array(Pattern, { minItems: 1, maxItems: 200, uniqueItems: true })])

const ProductRule = Type.Object(
  {
    sku: Type.Optional({
      ...Patterns,
      description: '商品编码，* 代表任意几个字：NP-XL-* 就是这一款的所有规格；几个写成列表，对上一个就算',
    }),
    name: Type.Optional({
      ...Patterns,
      description: '商品名称，* 代表任意几个字：*试吃*；和 sku 都写了，两样都要对上',
    }),
    category: Type.Optional(
      Type.String({ minLength: 1, maxLength: 60, description: '算哪个品类；不写就用商城给的品类' }),
    ),
    role: Type.Optional({
      ...ProductRoleText,
      description: '拿它做什么：引流、首试、主推、利润、会员、清仓、组合、赠品；不写就没有角色',
    }),
  },
  strict,
)
export type ProductRule = Static<typeof ProductRule>

/** config/products.yaml — which category goods belong to and what they are there for; the first entry that fits decides. */
export const ProductRules = Type.Object(
  {
    products: Type.Array(ProductRule, {
      minItems: 1,
      maxItems: 2_000,
      description: '商品目录：从上往下对，第一条对上的算数',
    }),
  },
  strict,
)
export type ProductRules = Static<typeof ProductRules>
