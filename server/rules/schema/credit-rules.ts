import Type, { type Static } from 'typebox'

const strict = { additionalProperties: false }

const TouchName = Type.Union([
  Type.Literal('welcome'),
  Type.Literal('send'),
  Type.Literal('script'),
  Type.Literal('task'),
])

const CreditRule = Type.Object(
  {
    to: Type.Union(
      [
        Type.Literal('staff'),
        Type.Literal('store'),
        Type.Literal('contact'),
        Type.Literal('newest'),
        Type.Literal('first'),
        Type.Literal('code'),
      ],
      {
        description:
          '算给谁：staff 店铺在订单里写的店员；store 店铺在订单里写的门店，不算给导购；contact 付款前最后联系客户的导购；newest 付款时客户的好友里最近加的导购；first 最早加的导购；code 不算给导购，只算给客户来的渠道',
      },
    ),
    days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 365, description: '只有 contact 写：付款前多少天以内的联系才算' }),
    ),
    by: Type.Optional(
      Type.Array(TouchName, {
        minItems: 1,
        uniqueItems: true,
        description: '只有 contact 写：哪些算联系。welcome 欢迎语、send 群发、script 话术、task 待办；不写就是都算',
      }),
    ),
  },
  strict,
)
export type CreditRule = Static<typeof CreditRule>

/** config/credit.yaml — whose an order is, asked from above: the first rule that has an answer decides, once and for all. */
export const CreditRules = Type.Object(
  {
    credit: Type.Array(CreditRule, {
      minItems: 1,
      maxItems: 10,
      description: '一单算谁的：从上往下问，第一条答得出来的算数；都答不出来就没有归属',
    }),
  },
  strict,
)
export type CreditRules = Static<typeof CreditRules>
