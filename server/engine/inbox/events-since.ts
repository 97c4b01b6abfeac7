import type { StaticDecode, TSchema } from 'typebox'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { EMPTIED } from '../emptied.ts'
import type { EventKind } from './event-kind.ts'
import { INBOUND_EVENT } from './event-tables.ts'

export interface EventSince<Payload> {
  id: number
  /** UTC milliseconds. */
  eventAtMs: number
  payload: Payload
}

/** Events of one kind that came in since an instant, in the order of their coming; after the event `afterId`, at most
 *  `limit`. */
export async function eventsSince<Schema extends TSchema>(
  tx: Tx,
  { kind }: EventKind<Schema>,
  { sinceMs, afterId, limit }: { sinceMs: number; afterId: number; limit: number },
): Promise<EventSince<StaticDecode<Schema>>[]> {
  const { id, received_at } = INBOUND_EVENT
  const rows = await tx.rows(
    sql`SELECT ${pick(INBOUND_EVENT, 'id', 'event_at', 'payload')} FROM ${INBOUND_EVENT}
        WHERE ${id} > ${afterId} AND ${INBOUND_EVENT.kind} = ${kind} AND ${received_at} >= ${sinceMs}
          AND ${INBOUND_EVENT.payload} <> ${EMPTIED}
        ORDER BY ${id} LIMIT ${limit}`,
  )
  // It was checked against the schema of its kind when it was emitted, which makes the cast true.
  return rows.map((row) => ({
    id: row.id,
    eventAtMs: row.event_at,
    payload: JSON.parse(row.payload) as StaticDecode<Schema>,
  }))
}
