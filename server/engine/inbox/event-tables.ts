import { id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { sql } from '../../core/db/sql.ts'

/** `new` until every subscription has handled it: then `done`, or `dead` when one never could; `kept`: nobody listens. */
export type StoredEventState = 'new' | 'done' | 'kept' | 'dead'
/** 0: a welcome waits for it. */
export type StoredLane = 0 | 1

/** What is still to be handled is copied. */
export const INBOUND_EVENT = defineTable(
  'inbound_event',
  {
    id: id(),
    dedupe_key: text(120),
    kind: text(100),
    lane: integer<StoredLane>(),
    payload: longText(),
    event_at: instant(),
    received_at: instant(),
    state: text<StoredEventState>(12),
    due_at: instant(),
    attempts: withDefault(integer(), 0),
    done_subscriptions: nullable(longText()),
    last_error: nullable(longText()),
    finished_at: nullable(instant()),
    // Of the customer it is about: which worker takes it when several could.
    shard: withDefault(integer(), 0),
  },
  {
    unique: [['dedupe_key']],
    indices: [
      ['state', 'lane', 'due_at', 'id'],
      ['kind', 'received_at'],
    ],
    personal: {
      holds: { dedupe_key: 'conduct', kind: 'none', payload: 'mixed', done_subscriptions: 'none', last_error: 'mixed' },
      purpose: '企业微信和商城告诉的事，先存下来，一件不丢',
      kept: 'callback',
      since: 'finished_at',
      mentions: ['dedupe_key', 'payload', 'last_error'],
    },
    snapshot: { key: 'id', where: (t) => sql`${t.state} = 'new'` },
  },
)

export const eventTables: Table[] = [INBOUND_EVENT]
