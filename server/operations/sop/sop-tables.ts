import { flag, id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import type { TriggerEvent } from '../../rules/schema/sop-event.ts'

/** `finished`: all steps done · `goal`: reached what it was for · `left`: one of its leave events. */
export type EntryState = 'active' | 'finished' | 'goal' | 'left'
/** `skipped`: too long ago when we came to it. `stopped`: the rule was changed or switched off in between. */
export type OccurrenceState = 'running' | 'done' | 'skipped' | 'stopped'
/** `waiting` for others who come to the step for the same guide, `handed` to the mass-send, `over` when it is known what
 *  became of it. */
export type MessageState = 'waiting' | 'handed' | 'over'

export const SOP_ENTRY = defineTable(
  'sop_entry',
  {
    id: id(),
    sop: text(40),
    version: text(20),
    external_userid: text(),
    userid: text(),
    entry_key: text(190),
    state: text<EntryState>(12),
    position: text(60),
    due_at: nullable(instant()),
    waiting_event: nullable(text<TriggerEvent>(30)),
    event_id: nullable(integer()),
    event: nullable(longText()),
    facts: nullable(longText()),
    entered_at: instant(),
    ended_at: nullable(instant()),
    end_reason: nullable(longText()),
    attempts: withDefault(integer(), 0),
    last_error: nullable(longText()),
    held_out: withDefault(flag(), 0),
    canary: withDefault(flag(), 0),
    goal_at: nullable(instant()),
    lost_at: nullable(instant()),
    seen_release: withDefault(integer(), 0),
    start_chain: withDefault(integer(), 0),
  },
  {
    unique: [['entry_key']],
    indices: [
      ['state', 'due_at', 'id'],
      ['external_userid', 'state'],
      ['sop', 'external_userid', 'id'],
      ['sop', 'version', 'state'],
    ],
    personal: {
      holds: {
        sop: 'conduct',
        version: 'none',
        external_userid: 'customer',
        userid: 'staff',
        entry_key: 'conduct',
        position: 'conduct',
        waiting_event: 'none',
        event: 'mixed',
        facts: 'mixed',
        end_reason: 'conduct',
        last_error: 'mixed',
      },
      purpose: '客户走在哪个 SOP 的哪一步',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const SOP_STEP = defineTable(
  'sop_step',
  {
    id: id(),
    entry_id: integer(),
    position: text(60),
    kind: text(12),
    at: instant(),
    outcome: longText(),
    reason: nullable(longText()),
  },
  {
    unique: [['entry_id', 'position']],
    personal: {
      holds: { position: 'none', kind: 'none', outcome: 'conduct', reason: 'conduct' },
      purpose: '每一步做了什么、为什么',
      kept: 'owner',
      through: { column: 'entry_id', table: SOP_ENTRY, of: 'external_userid' },
    },
    snapshot: { key: 'id', through: { column: 'entry_id', table: SOP_ENTRY, of: 'external_userid' } },
  },
)

export const SOP_SPLIT = defineTable(
  'sop_split',
  {
    id: id(),
    entry_id: integer(),
    position: text(60),
    sop: text(40),
    version: text(20),
    experiment: text(40),
    arm: text(20),
    external_userid: text(),
    userid: text(),
    at: instant(),
  },
  {
    unique: [['entry_id', 'position']],
    indices: [
      ['experiment', 'arm', 'at'],
      ['experiment', 'external_userid', 'id'],
    ],
    personal: {
      holds: {
        position: 'none',
        sop: 'none',
        version: 'none',
        experiment: 'none',
        arm: 'conduct',
        external_userid: 'customer',
        userid: 'staff',
      },
      purpose: '实验分到了哪一组',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const SOP_SCHEDULE = defineTable(
  'sop_schedule',
  {
    id: id(),
    scan_key: text(60),
    timing: text(20),
    next_at: nullable(instant()),
    running_at: nullable(instant()),
    after_id: nullable(text()),
    baseline: withDefault(flag(), 0),
    found: withDefault(integer(), 0),
    entered: withDefault(integer(), 0),
  },
  { unique: [['scan_key']], personal: ofNobody('times of looks at everybody'), snapshot: { key: 'id' } },
)

export const SOP_OCCURRENCE = defineTable(
  'sop_occurrence',
  {
    id: id(),
    scan_key: text(60),
    at: instant(),
    state: text<OccurrenceState>(12),
    found: withDefault(integer(), 0),
    entered: withDefault(integer(), 0),
    started_at: instant(),
    finished_at: nullable(instant()),
  },
  { unique: [['scan_key', 'at']], personal: ofNobody('looks at everybody'), snapshot: { key: 'id' } },
)

export const SOP_MEMBER = defineTable(
  'sop_member',
  {
    id: id(),
    scan_key: text(60),
    external_userid: text(),
  },
  {
    unique: [['scan_key', 'external_userid']],
    personal: {
      holds: { scan_key: 'conduct', external_userid: 'customer' },
      purpose: '上次看名单时在不在里面',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const SOP_MESSAGE = defineTable(
  'sop_message',
  {
    id: id(),
    entry_id: integer(),
    position: text(60),
    sop: text(40),
    version: text(20),
    external_userid: text(),
    userid: text(),
    state: text<MessageState>(12),
    batch_key: text(190),
    reached_at: instant(),
    close_at: instant(),
  },
  {
    unique: [['entry_id', 'position']],
    indices: [
      ['state', 'close_at', 'id'],
      ['batch_key', 'external_userid'],
      ['sop', 'version', 'position', 'userid', 'state'],
      ['external_userid', 'state'],
    ],
    personal: {
      holds: {
        position: 'none',
        sop: 'conduct',
        version: 'none',
        external_userid: 'customer',
        userid: 'staff',
        batch_key: 'none',
      },
      purpose: '等着凑成一次群发的消息',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const SOP_LOOK = defineTable(
  'sop_look',
  {
    id: id(),
    comparison: text(190),
    looks: integer(),
    most_evidence: integer(),
    proven_at: nullable(instant()),
    first_at: instant(),
    last_at: instant(),
  },
  { unique: [['comparison']], personal: ofNobody('sums of experiments'), snapshot: leftOut('a note for people') },
)

export const SOP_REFUSAL = defineTable(
  'sop_refusal',
  {
    id: id(),
    sop: text(40),
    external_userid: text(),
    version: text(20),
    event: text<TriggerEvent>(30),
    at: instant(),
    why: longText(),
  },
  {
    unique: [['external_userid', 'sop']],
    personal: {
      holds: { sop: 'conduct', external_userid: 'customer', version: 'none', event: 'none', why: 'conduct' },
      purpose: '为什么没有进 SOP',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('a note for people'),
  },
)

export const sopTables: Table[] = [
  SOP_ENTRY,
  SOP_STEP,
  SOP_SPLIT,
  SOP_SCHEDULE,
  SOP_OCCURRENCE,
  SOP_MEMBER,
  SOP_MESSAGE,
  SOP_LOOK,
  SOP_REFUSAL,
]
