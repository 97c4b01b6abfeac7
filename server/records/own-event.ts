import type { Static, TSchema } from 'typebox'
import type { LeftOut } from '../core/db/define-table.ts'
import { defineEvent, type EventKind, type EventLane } from '../engine/inbox/event-kind.ts'
import type { EventTrigger } from '../rules/schema/event-trigger.ts'

/** What becomes of an event of ours besides the capabilities that listen to it. */
export interface EventUse<Payload> {
  /** How rules call it; several names go from the particular to the general. Absent: no rule can name it. */
  triggers?: readonly TriggerOf<Payload>[]
  /** Whether webhooks may ask for it: then its payload is part of what `docs/webhooks.md` promises. */
  isForwarded: boolean
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
  isForwarded: boolean
  replay: EventUse<unknown>['replay']
}

export function defineOwnEvent<Schema extends TSchema>(
  kind: string,
  schema: Schema,
  use: EventUse<Static<Schema>> & { lane?: EventLane },
): OwnEvent<Schema> {
  const { triggers = [], isForwarded, replay, lane = 'normal' } = use
  return { ...defineEvent(kind, schema, { lane }), triggers, isForwarded, replay }
}
