import { checkRow } from '../../core/db/check-row.ts'
import type { Db } from '../../core/db/db.ts'
import { type NewRowOf, specOf } from '../../core/db/define-table.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shardOf } from '../shard-of.ts'
import type { EventLane } from './event-kind.ts'
import { INBOUND_EVENT } from './event-tables.ts'
import { customerOf } from './waves.ts'

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
  row: Omit<NewRowOf<typeof INBOUND_EVENT>, 'received_at' | 'due_at'>
  lane: EventLane
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
    const rows = batch.map(({ row }) => ({ ...row, received_at: now, due_at: now }))
    await db.statement((tx) => tx.insertIgnore(INBOUND_EVENT, rows), 'accept')
  }

  /** Throws for a row that does not fit, before it shares a commit with others. */
  function rowOf(event: InboundEvent): Waiting['row'] {
    const row: Waiting['row'] = {
      dedupe_key: event.dedupeKey,
      kind: event.kind,
      lane: event.lane === 'welcome' ? 0 : 1,
      payload: JSON.stringify(event.payload),
      shard: shardOf(customerOf(event.payload) ?? event.dedupeKey),
      event_at: event.eventAtMs,
      state: isHandled(event.kind) ? 'new' : 'kept',
    }
    checkRow(specOf(INBOUND_EVENT), row)
    return row
  }

  async function commitAll(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.slice(0, MAX_BATCH)
      queue = queue.slice(MAX_BATCH)
      try {
        await store(batch)
        for (const waiting of batch) waiting.resolve()
        for (const lane of new Set(batch.filter(({ row }) => row.state === 'new').map((waiting) => waiting.lane))) {
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
      queue.push({ row: rowOf(event), lane: event.lane, resolve, reject })
      // One turn of the event loop later, whatever else has arrived by then is in the same commit.
      if (!committing) {
        committing = true
        setImmediate(() => void commitAll())
      }
    })
  return Object.assign(accept, { idle: () => !committing && queue.length === 0 })
}
