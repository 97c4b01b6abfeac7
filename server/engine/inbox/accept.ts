import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { EventLane } from './event-kind.ts'

export interface InboundEvent {
  kind: string
  /** Equal for a re-delivery of the same event, ≤120 characters. */
  dedupeKey: string
  lane: EventLane
  eventAtMs: number
  payload: unknown
}

/** Stores events before they are acknowledged: the promise resolves after the commit. Events that arrive while a
 *  commit is under way share the next one (group commit). Safe to repeat: a known key changes nothing. */
export type Accept = (event: InboundEvent) => Promise<void>

interface Waiting {
  event: InboundEvent
  resolve: () => void
  reject: (error: unknown) => void
}

/** Bounded, so that one commit never holds the event loop or the database for long. */
const MAX_BATCH = 500

export interface AcceptDeps {
  db: Db
  clock: Clock
  nudge: (lane: EventLane) => void
  /** Kinds that nobody listens to are kept at once and never dispatched. */
  isHandled(kind: string): boolean
}

export function createAccept({ db, clock, nudge, isHandled }: AcceptDeps): Accept & { idle(): boolean } {
  let queue: Waiting[] = []
  let committing = false

  async function store(batch: Waiting[]): Promise<void> {
    const now = clock.now()
    await db.statement((tx) => insertAll(tx, batch, now), 'accept')
  }

  const insertAll = (tx: Tx, batch: Waiting[], now: number): Promise<number> =>
    tx.insertIgnore(
      'inbound_event',
      batch.map(({ event }) => ({
        dedupe_key: event.dedupeKey,
        kind: event.kind,
        lane: event.lane === 'welcome' ? 0 : 1,
        payload: JSON.stringify(event.payload),
        event_at: event.eventAtMs,
        received_at: now,
        state: isHandled(event.kind) ? 'new' : 'kept',
        due_at: now,
      })),
    )

  async function commitAll(): Promise<void> {
    committing = true
    while (queue.length > 0) {
      const batch = queue.slice(0, MAX_BATCH)
      queue = queue.slice(MAX_BATCH)
      try {
        await store(batch)
        for (const waiting of batch) waiting.resolve()
        for (const lane of new Set(batch.filter(({ event }) => isHandled(event.kind)).map(({ event }) => event.lane))) {
          nudge(lane)
        }
      } catch (error) {
        for (const waiting of batch) waiting.reject(error)
      }
    }
    committing = false
  }

  const accept = (event: InboundEvent): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push({ event, resolve, reject })
      // One turn of the event loop later, whatever else has arrived by then is in the same commit.
      if (!committing) {
        committing = true
        setImmediate(() => void commitAll())
      }
    })
  return Object.assign(accept, { idle: () => !committing && queue.length === 0 })
}
