import Type, { type Static } from 'typebox'

/** Why something was decided: shown to people, kept with every action and timeline entry. */
export const Reason = Type.Object({
  /** One Chinese sentence, e.g. "渠道「包裹卡」的欢迎语". */
  text: Type.String(),
  /** The rule that decided, with the content hash of its version. */
  rule: Type.Optional(Type.Object({ kind: Type.String(), name: Type.String(), version: Type.String() })),
  /** The facts the rule looked at. */
  facts: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  /** Row id of the inbound event that started it. */
  eventId: Type.Optional(Type.Number()),
})
export type Reason = Static<typeof Reason>
