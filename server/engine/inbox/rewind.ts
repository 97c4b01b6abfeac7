import type { Tx } from '../../core/db/tx.ts'
import type { StoredLane } from './event-tables.ts'

/** An event of ours as it was stored when it happened. */
export interface RecordedEvent {
  id: number
  dedupeKey: string
  kind: string
  lane: StoredLane
  payload: Record<string, unknown>
  eventAtMs: number
  receivedAtMs: number
}

/** How a capability's copied tables become what they were at an earlier instant, and again what they became since. Of one
 *  copy only: it remembers what it has taken away. */
export interface Rewind {
  /** Undoes what came after `atMs`. `later`: the events since, in order. */
  turnBack(tx: Tx, atMs: number, later: readonly RecordedEvent[]): Promise<void>
  /** Makes known what an event tells, before anybody hears of it. */
  tell?(tx: Tx, event: RecordedEvent): Promise<void>
}

/** The first of the events for each key, in order; those without a key are left out. */
export function firstOf(
  events: readonly RecordedEvent[],
  keyOf: (event: RecordedEvent) => string | undefined,
): Map<string, RecordedEvent> {
  const first = new Map<string, RecordedEvent>()
  for (const event of events) {
    const key = keyOf(event)
    if (key !== undefined && !first.has(key)) first.set(key, event)
  }
  return first
}
