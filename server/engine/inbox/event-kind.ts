import type { Static, TSchema } from 'typebox'

/** Welcome events are dispatched before all others. */
export type EventLane = 'welcome' | 'normal'

/** One kind of event with the one schema of its payload. WeCom's own begin with `wecom.`; the others are ours
 *  (`customer.added`, `order.paid`) and are what rules and capabilities listen to. */
export interface EventKind<Schema extends TSchema = TSchema> {
  kind: string
  schema: Schema
  lane: EventLane
}

export function defineEvent<Schema extends TSchema>(
  kind: string,
  schema: Schema,
  options: { lane?: EventLane } = {},
): EventKind<Schema> {
  return { kind, schema, lane: options.lane ?? 'normal' }
}

export interface StoredEvent<Payload = unknown> {
  id: number
  dedupeKey: string
  kind: string
  /** When it happened, by the sender's clock, UTC milliseconds (WeCom: whole seconds). */
  eventAtMs: number
  /** When we stored it, UTC milliseconds. */
  receivedAtMs: number
  payload: Payload
}

export type PayloadOf<Kind extends EventKind> = Static<Kind['schema']>
