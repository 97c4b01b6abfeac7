import Type from 'typebox'
import { defineOwnEvent } from '../../records/own-event.ts'

/** A customer rose or fell. Not told when a ladder is new and its customers are put onto it for the first time. */
export const TierChanged = defineOwnEvent(
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
  {
    triggers: [
      {
        name: 'tier.changed',
        zh: '分层变了',
        about: 'customer',
        filters: {
          ladder: { zh: '只认这个分层（ladder）', holds: ({ ladder }, wanted) => ladder === wanted },
          to: { zh: '升到或降到这一级', holds: ({ to }, wanted) => to === wanted },
          from: { zh: '原来在这一级', holds: ({ from }, wanted) => from === wanted },
        },
      },
    ],
    // The level itself says what somebody is worth.
    forwards: ['ladder', 'version', 'via'],
    replay: 'caused',
  },
)
