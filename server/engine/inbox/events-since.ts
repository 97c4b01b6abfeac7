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
  receivedAtMs: number
  payload: Payload
}

/** Where a page begins: behind this event. `id` 0: at the instant itself. */
export type Behind = Pick<EventSince<unknown>, 'receivedAtMs' | 'id'>

/** Events of one kind behind another one, in the order of their coming, at most `limit`. */
export async function eventsSince<Schema extends TSchema>(
  tx: Tx,
  { kind }: EventKind<Schema>,
  { behind, limit }: { behind: Behind; limit: number },
): Promise<EventSince<StaticDecode<Schema>>[]> {
  const { id, received_at } = INBOUND_EVENT
  const rows = await tx.rows(
    sql`SELECT ${pick(INBOUND_EVENT, 'id', 'event_at', 'received_at', 'payload')} FROM ${INBOUND_EVENT}
        WHERE ${INBOUND_EVENT.kind} = ${kind} AND ${received_at} >= ${behind.receivedAtMs}
          AND (${received_at} > ${behind.receivedAtMs} OR ${id} > ${behind.id})
          AND ${INBOUND_EVENT.payload} <> ${EMPTIED}
        ORDER BY ${received_at}, ${id} LIMIT ${limit}`,
  )
  // It was checked against the schema of its kind when it was emitted, which makes the cast true.
  return rows.map((row) => ({
    id: row.id,
    eventAtMs: row.event_at,
    receivedAtMs: row.received_at,
    payload: JSON.parse(row.payload) as StaticDecode<Schema>,
  }))
}
