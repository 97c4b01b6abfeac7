import Type, { type Static } from 'typebox'
import { OrNull } from './contract-base.ts'

/** Empty: all that goes out by itself. */
const Scope = Type.Union([Type.Literal(''), Type.Literal('sends'), Type.Literal('journeys'), Type.Literal('invites')])

/** GET customers/:externalUserId/unwanted — what the customer does not want to get, as far as that holds now. */
export const Unwanted = Type.Object({
  unwanted: Type.Array(Type.Object({ scope: Scope, sinceMs: Type.Number(), untilMs: OrNull(Type.Number()) })),
})
export type Unwanted = Static<typeof Unwanted>

/** POST customers/:externalUserId/unwanted. `days`: for how long; null: until there is another word. */
export const UnwantedChange = Type.Object(
  {
    scope: Scope,
    refuses: Type.Boolean(),
    days: OrNull(Type.Integer({ minimum: 1, maximum: 3_650 })),
    key: Type.String({ pattern: '^[0-9a-zA-Z-]{8,64}$' }),
  },
  { additionalProperties: false },
)
export type UnwantedChange = Static<typeof UnwantedChange>
