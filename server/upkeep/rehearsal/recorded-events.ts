import { REPLAYED_EVENTS } from '../../capabilities/events.ts'
import { list, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { EMPTIED } from '../../engine/emptied.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import type { RecordedEvent } from '../../engine/inbox/rewind.ts'

const REPLAYED = REPLAYED_EVENTS.map(({ kind }) => kind)

/** The events since `sinceMs`, in the order in which they came. `replayed`: those that a rehearsal is told again. */
export async function recordedEvents(
  view: ReadTx,
  sinceMs: number,
  drawn: ReadonlySet<string> | undefined,
): Promise<{ all: RecordedEvent[]; replayed: RecordedEvent[] }> {
  const {
    id,
    kind,
    lane,
    payload,
    dedupe_key: dedupeKey,
    event_at: eventAtMs,
    received_at: receivedAtMs,
  } = INBOUND_EVENT
  const rows = await view.rows(
    sql`SELECT ${select({ id, dedupeKey, kind, lane, payload, eventAtMs, receivedAtMs })} FROM ${INBOUND_EVENT}
        WHERE ${receivedAtMs} > ${sinceMs} AND ${kind} IN ${list(REPLAYED)} AND ${payload} <> ${EMPTIED}
        ORDER BY ${receivedAtMs}, ${id}`,
  )
  const all = rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) as Record<string, unknown> }))
  const known = all.filter(({ payload }) => drawn === undefined || drawn.has(String(payload.externalUserId)))
  return { all: known, replayed: known.filter(({ payload }) => payload.by !== 'rule') }
}
