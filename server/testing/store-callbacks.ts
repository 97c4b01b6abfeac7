import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Db } from '../core/db/db.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { INBOUND_EVENT } from '../engine/inbox/event-tables.ts'
import { readEventXml } from '../platform/wecom/callback/callback-body.ts'
import { toInboundEvent } from '../platform/wecom/callback/inbound-event.ts'

interface Scene {
  sandbox: Sandbox
  clock: Clock
  db: Db
}

/** What the platform would tell of `happen`, undelivered, in the order in which it happened. */
export async function untold({ sandbox }: Scene, happen: () => Promise<unknown>): Promise<string[]> {
  const before = sandbox.callbackLog().length
  sandbox.setDelivery({ drop: 1 })
  await happen()
  sandbox.setDelivery({})
  return sandbox
    .callbackLog()
    .slice(before)
    .map(({ xml }) => xml)
}

/** Lays callbacks into the inbox all at once, as they lie there when many have come while the server was busy. */
export async function storeCallbacks({ clock, db }: Scene, xmls: readonly string[]): Promise<void> {
  const now = clock.now()
  const rows = xmls
    .map((xml) => toInboundEvent(readEventXml(xml), now))
    .map(({ dedupeKey, kind, lane, eventAtMs, payload }) => ({
      dedupe_key: dedupeKey,
      kind,
      lane: lane === 'welcome' ? (0 as const) : (1 as const),
      payload: JSON.stringify(payload),
      event_at: eventAtMs,
      received_at: now,
      state: 'new' as const,
      due_at: now,
    }))
  await db.tx((tx) => tx.insertIgnore(INBOUND_EVENT, rows))
}
