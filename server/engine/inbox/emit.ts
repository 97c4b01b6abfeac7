import type { Static, TSchema } from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import { checkedBy } from '../../core/kernel/checked-by.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shardOf } from '../shard-of.ts'
import type { EventKind, EventLane } from './event-kind.ts'
import { INBOUND_EVENT } from './event-tables.ts'
import { customerOf } from './waves.ts'

interface EmitOptions<Payload> {
  /** What makes this event the same event when its cause is handled twice; ≤120 characters. */
  key: string
  payload: Payload
  /** When it happened, UTC milliseconds; default now. */
  atMs?: number
  /** Default: the kind's own. */
  lane?: EventLane
}

/** Stores one of our own events in the caller's transaction; the dispatcher brings it to the subscriptions. */
export type Emit = <Schema extends TSchema>(
  tx: Tx,
  kind: EventKind<Schema>,
  options: EmitOptions<Static<Schema>>,
) => Promise<void>

export function createEmit({ clock, nudge }: { clock: Clock; nudge: (lane: EventLane) => void }): Emit {
  return async (tx, kind, options) => {
    const now = clock.now()
    const { lane = kind.lane } = options
    await tx.insertLater(INBOUND_EVENT, [
      {
        dedupe_key: `${kind.kind}:${options.key}`,
        kind: kind.kind,
        lane: lane === 'welcome' ? 0 : 1,
        payload: JSON.stringify(checkedBy(kind.schema, options.payload)),
        shard: shardOf(customerOf(options.payload) ?? options.key),
        event_at: options.atMs ?? now,
        received_at: now,
        state: 'new',
        due_at: now,
      },
    ])
    tx.afterCommit(() => nudge(lane))
  }
}
