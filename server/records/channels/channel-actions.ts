import Type, { type Static } from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

/** What a live code should be. */
export const LiveCode = Type.Object({
  channel: Type.String(),
  state: Type.String(),
  users: Type.Array(Type.String(), { minItems: 1 }),
  skipVerify: Type.Boolean(),
})
export type LiveCode = Static<typeof LiveCode>

/** Makes the channel's contact way. Every call makes another one, so it is looked for first when in doubt. */
export const CreateLiveCode = defineAction(
  'channel.create',
  'event',
  Type.Object({
    code: LiveCode,
    /** The rule names the state of a code that was made earlier. */
    isPrinted: Type.Boolean(),
  }),
)

/** Makes the existing contact way what the rule says. Harmless to repeat. */
export const UpdateLiveCode = defineAction(
  'channel.update',
  'event',
  Type.Object({ configId: Type.String(), code: LiveCode }),
)
