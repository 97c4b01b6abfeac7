import Type, { type Static } from 'typebox'

const Scalar = Type.Union([Type.Number(), Type.String(), Type.Boolean()])

/** What may be asked of one fact; several keys must all hold. On a fact without value every test but `known: false`
 *  fails, so `not` of it holds. */
export const FactTest = Type.Object(
  {
    eq: Type.Optional(Scalar),
    ne: Type.Optional(Scalar),
    gt: Type.Optional(Scalar),
    gte: Type.Optional(Scalar),
    lt: Type.Optional(Scalar),
    lte: Type.Optional(Scalar),
    in: Type.Optional(Type.Array(Scalar, { minItems: 1 })),
    notIn: Type.Optional(Type.Array(Scalar, { minItems: 1 })),
    /** Sets only. */
    any: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    all: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    none: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    /** Is there a value at all. */
    known: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type FactTest = Static<typeof FactTest>

/** As written: `{ 事实: 测试, … , all: […], any: […], not: … }`; several keys must all hold; `{}` always holds.
 *  Fact paths may be dotted (`orders.paid.count: { gte: 1 }`) or nested (`orders: { paid: { count: { gte: 1 } } }`). */
export const ConditionText = Type.Record(Type.String(), Type.Unknown(), {
  description: '条件，如 { orders.paid.count: { gte: 1 } }；多条同时成立；{} 表示所有人',
  /** Where the published schemas put what is known about facts. */
  'x-huoshui': 'condition',
})
export type ConditionText = Static<typeof ConditionText>

/** As understood. Money is fen; values have the fact's type. */
export type Condition =
  | { kind: 'all'; of: Condition[] }
  | { kind: 'any'; of: Condition[] }
  | { kind: 'not'; of: Condition }
  | { kind: 'test'; path: string; test: FactTest }
