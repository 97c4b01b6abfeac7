import Type from 'typebox'
import { defineEvent } from '../inbox/event-kind.ts'

/** A guide and a customer became friends, for the first time or again. Carries the welcome code, hence its lane. */
export const CustomerAdded = defineEvent(
  'customer.added',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    /** Channel name; null when the state is missing or not ours. */
    channel: Type.Union([Type.String(), Type.Null()]),
    /** As WeCom sent it. */
    state: Type.Union([Type.String(), Type.Null()]),
    /** Valid 20 s from `addedAtMs`, once. */
    welcomeCode: Type.Union([Type.String(), Type.Null()]),
    addedAtMs: Type.Number(),
    /** True when this pair was friends before. */
    again: Type.Boolean(),
  }),
  { lane: 'welcome' },
)

export const CustomerLost = defineEvent(
  'customer.lost',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    by: Type.Union([
      Type.Literal('customer'),
      Type.Literal('guide'),
      Type.Literal('transfer'),
      Type.Literal('unknown'),
    ]),
    lostAtMs: Type.Number(),
  }),
)

/** Tags that a customer did not have at this guide before; written 组/名. */
export const TagAdded = defineEvent(
  'tag.added',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    tags: Type.Array(Type.String(), { minItems: 1 }),
  }),
)
