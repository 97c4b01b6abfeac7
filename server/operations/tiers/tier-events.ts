import Type from 'typebox'
import { defineEvent } from '../../engine/inbox/event-kind.ts'

/** A customer rose or fell. Not told when a ladder is new and its customers are put onto it for the first time. */
export const TierChanged = defineEvent(
  'tier.changed',
  Type.Object({
    externalUserId: Type.String(),
    ladder: Type.String(),
    /** Names of levels. */
    from: Type.String(),
    to: Type.String(),
    /** Of the ladder's rule. */
    version: Type.String(),
    /** The journeys that led to it: none of them begins by it. */
    via: Type.Optional(Type.Array(Type.String())),
  }),
)
