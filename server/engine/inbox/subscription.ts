import type { Static, TSchema } from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import type { EventKind, StoredEvent } from './event-kind.ts'

/** The turn in which an event is handled. */
export interface Turn {
  /** It is that of the welcome lane. */
  readonly isUrgent: boolean
  /** The event's other subscriptions shall not wait for the normal lane either. */
  allAtOnce(): void
}

/** What a capability does when an event comes. `handle` runs inside a savepoint of the dispatcher's transaction: no
 *  network, only tables and enqueued actions. It may run again for the same event after a failure. */
export interface Subscription {
  /** Unique, `capability.verb`; it is stored, so do not rename it lightly. */
  name: string
  kind: EventKind
  handle(tx: Tx, event: StoredEvent, turn: Turn): Promise<void>
  /** A welcome depends on it: among events of the welcome lane it runs at once, and the event's other subscriptions take
   *  their turn in the normal lane. Asked for each event. */
  isUrgent?(): boolean
  /** It comes before the event's other subscriptions, whatever the order of capabilities. */
  isFirst?: true
  /** What it does about one customer neither reads nor writes what it does about another: those of a batch are handled at
   *  once, their statements joined. Without it, one event after the other. */
  sideBySide?: true
}

export function subscribe<Schema extends TSchema>(
  name: string,
  kind: EventKind<Schema>,
  handle: (tx: Tx, event: StoredEvent<Static<Schema>>, turn: Turn) => Promise<void>,
  options: Pick<Subscription, 'isUrgent' | 'isFirst' | 'sideBySide'> = {},
): Subscription {
  // The dispatcher checks the payload against `kind.schema` before it calls, which is what makes this cast true.
  return { name, kind, handle: handle as Subscription['handle'], ...options }
}
