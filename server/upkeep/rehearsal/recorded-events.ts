import type { ReadTx } from '../../core/db/tx.ts'
import type { RecordedEvent } from '../../engine/inbox/rewind.ts'

/** What people did; what our own rules did they shall do again, or not. */
const REPLAYED = [
  'customer.added',
  'customer.lost',
  'customer.accepted',
  'customer.welcome-code',
  'group.joined',
  'group.left',
  'order.created',
  'order.paid',
  'order.refunded',
  'order.closed',
  'script.sent',
  'tag.added',
  'tag.removed',
]

interface StoredEvent {
  id: number
  dedupe_key: string
  kind: string
  lane: number
  payload: string
  event_at: number
  received_at: number
}

/** The events since `sinceMs`, in the order in which they came. `replayed`: those that a rehearsal is told again. */
export async function recordedEvents(
  view: ReadTx,
  sinceMs: number,
  drawn: ReadonlySet<string> | undefined,
): Promise<{ all: RecordedEvent[]; replayed: RecordedEvent[] }> {
  const rows = await view.rows<StoredEvent>(
    `SELECT id, dedupe_key, kind, lane, payload, event_at, received_at FROM inbound_event
     WHERE received_at > ? AND kind IN (${REPLAYED.map(() => '?').join(', ')}) ORDER BY received_at, id`,
    [sinceMs, ...REPLAYED],
  )
  const all = rows.map(({ dedupe_key, payload, event_at, received_at, ...rest }) => ({
    ...rest,
    dedupeKey: dedupe_key,
    payload: JSON.parse(payload) as Record<string, unknown>,
    eventAtMs: event_at,
    receivedAtMs: received_at,
  }))
  const known = all.filter(({ payload }) => drawn === undefined || drawn.has(String(payload.externalUserId)))
  return { all: known, replayed: known.filter(({ payload }) => payload.by !== 'rule') }
}
