import Type from 'typebox'
import { defineOwnEvent } from '../own-event.ts'

/** The night found a customer in another group of rfm.yaml. Not told of those who are named for the first time since the file
 *  was written or changed: they did not move, the names did. Nor of those who refuse to be judged, or no longer do. */
export const RfmMoved = defineOwnEvent(
  'rfm.moved',
  Type.Object({
    externalUserId: Type.String(),
    /** Absent: had bought nothing that counts. */
    from: Type.Optional(Type.String()),
    /** Absent: nothing that counts is left. */
    to: Type.Optional(Type.String()),
    /** Of the rule. */
    version: Type.String(),
  }),
  {
    triggers: [
      {
        name: 'rfm.moved',
        zh: 'RFM 分组变了',
        about: 'customer',
        filters: {
          into: { zh: '变成这一组', names: 'rfm', holds: ({ to }, wanted) => to === wanted },
          outOf: { zh: '原来是这一组', names: 'rfm', holds: ({ from }, wanted) => from === wanted },
        },
      },
    ],
    // The group itself says what somebody is worth.
    forwards: ['version'],
    replay: 'caused',
  },
)
