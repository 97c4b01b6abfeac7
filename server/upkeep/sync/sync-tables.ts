import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import type { MissedKind, UNREAD } from './missed-kinds.ts'
import type { PartKind, PartState, SyncKind, SyncState } from './sync-states.ts'

export const SYNC_RUN = defineTable(
  'sync_run',
  {
    id: id(),
    kind: text<SyncKind>(12),
    dry: withDefault(flag(), 0),
    ask_key: text(80),
    open_slot: nullable(text(8)),
    state: text<SyncState>(12),
    started_at: instant(),
    finished_at: nullable(instant()),
    parts: withDefault(integer(), 0),
    parts_done: withDefault(integer(), 0),
    gaps: withDefault(integer(), 0),
    relations: withDefault(integer(), 0),
    relations_expected: nullable(integer()),
    chat_groups: withDefault(integer(), 0),
    chat_groups_read: withDefault(integer(), 0),
    found: withDefault(integer(), 0),
    renewed: withDefault(integer(), 0),
  },
  {
    unique: [['ask_key'], ['open_slot']],
    indices: [['kind', 'state', 'id']],
    personal: ofNobody('readings of the platform'),
    snapshot: leftOut('a reading of the platform, which no rehearsal makes'),
  },
)

export const SYNC_PART = defineTable(
  'sync_part',
  {
    id: id(),
    run_id: integer(),
    kind: text<PartKind>(12),
    state: text<PartState>(8),
    subjects: longText(),
    listed: nullable(longText()),
  },
  {
    indices: [['run_id', 'kind', 'state']],
    personal: {
      holds: { subjects: 'mixed', listed: 'mixed' },
      purpose: '同步读到哪里，名单里有客户编号',
      kept: 'standing',
      mentions: ['subjects', 'listed'],
    },
    snapshot: leftOut('a reading of the platform, which no rehearsal makes'),
  },
)

export const RECONCILE_FINDING = defineTable(
  'reconcile_finding',
  {
    id: id(),
    run_id: integer(),
    kind: text<MissedKind | typeof UNREAD>(24),
    subject: text(190),
    userid: nullable(text()),
    amount: integer(),
    since_at: nullable(instant()),
    found_at: instant(),
  },
  {
    indices: [['run_id', 'kind']],
    personal: {
      holds: { subject: 'customer', userid: 'staff' },
      purpose: '对账发现漏了什么',
      kept: 'technical',
      since: 'found_at',
      of: 'subject',
    },
    snapshot: leftOut('a note for people'),
  },
)

export const FEEDBACK_DAY = defineTable(
  'feedback_day',
  {
    id: id(),
    userid: text(),
    day_at: instant(),
    at_wecom: integer(),
    heard: integer(),
    compared_at: instant(),
  },
  {
    unique: [['userid', 'day_at']],
    indices: [['day_at']],
    personal: { holds: { userid: 'staff' }, purpose: '一天漏了几条通知', kept: 'technical', since: 'compared_at' },
    snapshot: leftOut('a reading of the platform, which no rehearsal makes'),
  },
)

/** The server that the database was last seen on. */
export const DATABASE_SERVER = defineTable(
  'database_server',
  {
    role: primary(text<'writer'>(10)),
    identity: text(190),
    seen_at: instant(),
    reconcile_at: nullable(instant()),
  },
  {
    personal: ofNobody('servers of ours'),
    snapshot: leftOut('says how the server works, not what is known of customers'),
  },
)

export const syncTables: Table[] = [SYNC_RUN, SYNC_PART, RECONCILE_FINDING, FEEDBACK_DAY, DATABASE_SERVER]
