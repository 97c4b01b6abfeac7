import { REPLAYED_EVENTS } from '../../capabilities/events.ts'
import { list, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { HOUR_MS } from '../../core/kernel/shanghai.ts'
import { EMPTIED } from '../../engine/emptied.ts'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import type { RecordedEvent } from '../../engine/inbox/rewind.ts'

const REPLAYED = REPLAYED_EVENTS.map(({ kind }) => kind)

/** So many at once: what nobody wants of them is gone before the next are read. */
const WANTED_AT_ONCE = 10_000

export interface RecordedWindow {
  /** After this instant, up to and with `toMs`; UTC milliseconds. */
  fromMs: number
  toMs: number
  /** Only of these customers. Undefined: of all. */
  drawn: ReadonlySet<string> | undefined
  /** Hears after each piece how far it is, from 0 to 1. */
  told?: ((share: number) => void) | undefined
}

/** The events of a window, in the order in which they came. `replayed`: those that a rehearsal is told again. */
export async function recordedEvents(
  view: ReadTx,
  { fromMs, toMs, drawn, told }: RecordedWindow,
): Promise<{ all: RecordedEvent[]; replayed: RecordedEvent[] }> {
  const all: RecordedEvent[] = []
  let lengthMs = HOUR_MS
  for (let atMs = fromMs; atMs < toMs; ) {
    const endMs = Math.min(toMs, atMs + lengthMs)
    const piece = await readPiece(view, atMs, endMs)
    for (const row of piece) {
      const payload = JSON.parse(row.payload) as Record<string, unknown>
      if (drawn === undefined || drawn.has(String(payload.externalUserId))) all.push({ ...row, payload })
    }
    if (piece.length < WANTED_AT_ONCE / 2) lengthMs *= 2
    if (piece.length > WANTED_AT_ONCE) lengthMs = Math.max(1, Math.floor(lengthMs / 2))
    atMs = endMs
    told?.((endMs - fromMs) / (toMs - fromMs))
  }
  return { all, replayed: all.filter(({ payload }) => payload.by !== 'rule') }
}

/** Sorted here: of many kinds the index gives them kind after kind. */
async function readPiece(view: ReadTx, afterMs: number, untilMs: number) {
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
        WHERE ${kind} IN ${list(REPLAYED)} AND ${receivedAtMs} > ${afterMs} AND ${receivedAtMs} <= ${untilMs}
          AND ${payload} <> ${EMPTIED}`,
  )
  return rows.toSorted((a, b) => a.receivedAtMs - b.receivedAtMs || a.id - b.id)
}
