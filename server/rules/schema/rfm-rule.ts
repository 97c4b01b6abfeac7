import Type, { type Static } from 'typebox'
import { ProductRoleText } from './product-rules.ts'

const strict = { additionalProperties: false }

export const MOST_STEPS = 5

const Steps = Type.Optional(
  Type.Integer({
    minimum: 2,
    maximum: MOST_STEPS,
    description: '按名次分成几等份，2 到 5；默认 5。值一样的人永远同分',
  }),
)
const MOST_FROM = MOST_STEPS - 1
const Names = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 60 }), {
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
      description,
    }),
  )

const Range = Type.Optional(
  Type.Object(
    {
      gte: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_STEPS, description: '至少几分' })),
      lte: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_STEPS, description: '最多几分' })),
    },
    { ...strict, minProperties: 1, description: '从几分到几分，如 { gte: 4 }；不写就是都算' },
  ),
)

export const MOST_NAME = 20
const RfmName = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: MOST_NAME, description: '这一组人叫什么；同一个名字可以写几条' }),
    r: Range,
    f: Range,
    m: Range,
  },
  strict,
)
export type RfmName = Static<typeof RfmName>

const Rfm = Type.Object(
  {
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3_650, description: '只看最近多少天的订单，今天也算；不写就是全部' }),
    ),
    orders: Type.Optional(
      Type.Object(
        {
          category: Names('只算这些品类的商品'),
          product: Names('只算这些商品，写名称或编码'),
          role: Type.Optional(
            Type.Array(ProductRoleText, {
              minItems: 1,
              uniqueItems: true,
              description: '只算 products.yaml 里这些角色的商品',
            }),
          ),
          shop: Names('只算这些来源（店铺）的订单，写订单上的 source'),
        },
        { ...strict, minProperties: 1, description: '哪些订单算；写了品类、商品、角色，钱和件数也只算这些商品的' },
      ),
    ),
    r: Type.Optional(
      Type.Object(
        {
          since: Type.Optional(
            Type.Union([Type.Literal('paid'), Type.Literal('created'), Type.Literal('signed')], {
              description: '从哪一刻起算天数：paid 付款（默认），created 下单，signed 签收（还没签收的按付款）',
            }),
          ),
          steps: Steps,
          within: Type.Optional(
            Type.Array(Type.Integer({ minimum: 0, maximum: 3_650 }), {
              minItems: 1,
              maxItems: MOST_FROM,
              description: '固定门槛：多少天以内得 2、3、4、5 分，从大到小，如 [180, 90, 60, 30]；更久的 1 分',
            }),
          ),
        },
        strict,
      ),
    ),
    f: Type.Optional(
      Type.Object(
        {
          count: Type.Optional(
            Type.Union([Type.Literal('days'), Type.Literal('orders'), Type.Literal('pieces')], {
              description: '数什么：days 有付款的天数（默认），orders 订单数，pieces 件数',
            }),
          ),
          steps: Steps,
          from: Type.Optional(
            Type.Array(Type.Integer({ minimum: 1, maximum: 100_000 }), {
              minItems: 1,
              maxItems: MOST_FROM,
              description: '固定门槛：从几次起得 2、3、4、5 分，从小到大，如 [2, 3, 5, 10]；更少的 1 分',
            }),
          ),
        },
        strict,
      ),
    ),
    m: Type.Optional(
      Type.Object(
        {
          steps: Steps,
          from: Type.Optional(
            Type.Array(Type.String({ pattern: '^[0-9]+(\\.[0-9]{1,2})?元$' }), {
              minItems: 1,
              maxItems: MOST_FROM,
              description: '固定门槛：从多少钱起得 2、3、4、5 分，从小到大，如 [100元, 500元]；退掉的不算',
            }),
          ),
        },
        strict,
      ),
    ),
    names: Type.Optional(
      Type.Array(RfmName, {
        minItems: 1,
        maxItems: 125,
        description: '给分数的组合起名字，每种组合恰好一个；不写就是常用的八类（重要价值、重要发展……）',
      }),
    ),
  },
  strict,
)
export type RfmRule = Static<typeof Rfm>

/** config/rfm.yaml — how lately, how often and for how much customers buy is measured, and what the groups are called. */
export const RfmRules = Type.Object({ rfm: Rfm }, strict)
export type RfmRules = Static<typeof RfmRules>
