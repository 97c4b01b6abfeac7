import { flag, id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import { sql } from '../../core/db/sql.ts'

/** `waiting` → `running` → `done`, or `waiting` again, or without success `failed`, `dead` or `expired`. */
export type StoredActionState = 'waiting' | 'running' | 'done' | 'failed' | 'dead' | 'expired'

/** What is still to be done is copied. */
export const ACTION = defineTable(
  'action',
  {
    id: id(),
    dedupe_key: text(190),
    kind: text(60),
    lane: integer(),
    payload: longText(),
    reason: longText(),
    external_userid: nullable(text()),
    userid: nullable(text()),
    state: text<StoredActionState>(12),
    due_at: instant(),
    expires_at: nullable(instant()),
    lease_until: nullable(instant()),
    lease_by: nullable(text(40)),
    attempts: withDefault(integer(), 0),
    error_code: nullable(integer()),
    last_error: nullable(longText()),
    result: nullable(longText()),
    created_at: instant(),
    started_at: nullable(instant()),
    finished_at: nullable(instant()),
    last_code: nullable(text(60)),
    may_have_happened: withDefault(flag(), 0),
  },
  {
    unique: [['dedupe_key']],
    indices: [
      ['state', 'lane', 'due_at', 'id'],
      ['external_userid', 'id'],
      // All that is asked of what waits, so that no row is read for it.
      ['state', 'kind', 'lane', 'due_at', 'last_code', 'userid'],
    ],
    personal: {
      holds: {
        dedupe_key: 'conduct',
        kind: 'none',
        payload: 'mixed',
        reason: 'conduct',
        external_userid: 'customer',
        userid: 'staff',
        lease_by: 'none',
        last_error: 'mixed',
        result: 'mixed',
        last_code: 'none',
      },
      purpose: '要对客户做的事，做成了没有',
      kept: 'callback',
      since: 'finished_at',
      of: 'external_userid',
      mentions: ['dedupe_key', 'payload', 'reason', 'last_error', 'result'],
    },
    snapshot: { key: 'id', of: 'external_userid', where: (t) => sql`${t.state} IN ('waiting', 'running')` },
  },
)

export const ACTION_PACE = defineTable(
  'action_pace',
  {
    kind: text(60),
    path: text(100),
    times: integer(),
    busy_ms: integer(),
    seen_at: instant(),
  },
  {
    unique: [['kind', 'path']],
    personal: ofNobody('how fast we work'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

export const actionTables: Table[] = [ACTION, ACTION_PACE]
