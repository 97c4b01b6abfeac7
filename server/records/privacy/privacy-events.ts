import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../own-event.ts'

const word = <const Word extends string>(one: Word) => Type.Literal(one)

/** A customer, or somebody for them, has allowed or refused something. What is under way against it ends. */
export const ConsentChanged = defineOwnEvent(
  'customer.consent',
  Type.Object({
    externalUserId: Type.String(),
    kind: Type.Union([word('marketing'), word('profiling')]),
    /** What of it: `sends`, `journeys`, `invites`; empty: all of it. */
    scope: Type.String(),
    state: Type.Union([word('given'), word('refused')]),
    /** Until when, UTC milliseconds; null: until there is another word. */
    untilMs: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
  }),
  // A refusal that does not reach whoever works for us is none.
  { forwards: ['kind', 'scope', 'state'], replay: leftOut('what customers have refused counts as it is now') },
)
