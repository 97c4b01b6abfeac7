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

/** Made by the page, once per change: what is sent again after a lost answer is known again. */
export const ChangeKey = Type.Optional(Type.String({ pattern: '^[0-9a-zA-Z-]{8,64}$' }))

/** `?before=…`: the `nextBefore` of the page before. */
export const PageQuery = Type.Object({ before: Type.Optional(Type.String({ pattern: '^\\d{1,16}-\\d{1,16}$' })) })
