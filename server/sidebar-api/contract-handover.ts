import Type, { type Static } from 'typebox'

/** GET customers/:externalUserId/takers — to whom the lead of the customer's guide may hand the customer over, the best first.
 *  `customers`: how many they have now; `isFriend`: of this one, too, so that it goes at once. */
export const Takers = Type.Object({
  takers: Type.Array(
    Type.Object({
      userId: Type.String(),
      name: Type.String(),
      customers: Type.Integer(),
      isFriend: Type.Boolean(),
    }),
  ),
})
export type Takers = Static<typeof Takers>

/** POST customers/:externalUserId/hand-over — to one of `takers`. WeCom asks the customer, who has a day to refuse; the same
 *  twice changes nothing. */
export const HandOver = Type.Object(
  { toUserId: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
)
