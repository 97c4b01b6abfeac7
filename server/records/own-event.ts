import type { Static, TSchema } from 'typebox'
import type { LeftOut } from '../core/db/define-table.ts'
import { defineEvent, type EventKind, type EventLane } from '../engine/inbox/event-kind.ts'
import { type ForwardedEvent, forwardedEvent } from '../rules/book/webhook-events.ts'
import type { EventTrigger } from '../rules/schema/event-trigger.ts'

/** What becomes of an event of ours besides the capabilities that listen to it. */
export interface EventUse<Payload> {
  /** How rules call it; several names go from the particular to the general. Absent: no rule can name it. */
  triggers?: readonly TriggerOf<Payload>[]
  /** Whether webhooks may ask for it: then its payload is part of what `docs/webhooks.md` promises. The fields named here say
   *  that it happened, when and with whom, and go to each of them; all others tell of a person, and go where a rule names
   *  them. */
  forwards: false | readonly (keyof Payload & string)[]
  /** In a backtest, which lives through the past again: told again as it was, or caused again by the rules themselves, or
   *  neither. */
  replay: 'told' | 'caused' | LeftOut
}

/** Rules are about customers, so the payload says which; about a pair, also which guide. */
type TriggerOf<Payload> = Payload extends { externalUserId: string }
  ? Omit<EventTrigger<Payload>, 'about'> & {
      about: Payload extends { userId: string } ? 'customer' | 'pair' : 'customer'
    }
  : never

/** An event that a capability tells the others, as its manifest lists it. */
export interface OwnEvent<Schema extends TSchema = TSchema> extends EventKind<Schema> {
  triggers: readonly EventTrigger[]
  /** Undefined: webhooks hear nothing of it. */
  forwarded: ForwardedEvent | undefined
  replay: EventUse<unknown>['replay']
}

export function defineOwnEvent<Schema extends TSchema>(
  kind: string,
  schema: Schema,
  use: EventUse<Static<Schema>> & { lane?: EventLane },
): OwnEvent<Schema> {
  const { triggers = [], forwards, replay, lane = 'normal' } = use
  const forwarded = forwards === false ? undefined : forwardedEvent(kind, { all: namesOf(schema), plain: forwards })
  return { ...defineEvent(kind, schema, { lane }), triggers, forwarded, replay }
}

/** Payloads are objects; of another schema nothing has a name. */
const namesOf = (schema: TSchema): string[] => Object.keys((schema as { properties?: object }).properties ?? {})
