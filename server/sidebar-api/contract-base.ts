import Type, { type Static, type TSchema } from 'typebox'

/** Null is absent. */
export const OrNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

/** Something that a decision looked at: `已付款订单数` `2`. */
export const SeenFact = Type.Object({ label: Type.String(), value: Type.String() })
export type SeenFact = Static<typeof SeenFact>

/** Why something is so, ready to be read by people. */
export const Why = Type.Object({
  text: Type.String(),
  /** `欢迎语「包裹卡欢迎语」` with the version that decided. */
  rule: OrNull(Type.Object({ title: Type.String(), version: Type.String() })),
  facts: Type.Array(SeenFact),
})
export type Why = Static<typeof Why>
