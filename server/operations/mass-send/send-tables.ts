import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type RowOf, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import type { BatchState, ChatType, Outcome, RunState } from './send-states.ts'

/** `says`: of what these are the times. */
export const scheduleTable = (name: string, says = 'times of sends') =>
  defineTable(
    name,
    {
      send_name: primary(text(60)),
      timing: text(120),
      next_at: nullable(instant()),
    },
    { indices: [['next_at']], personal: ofNobody(says), snapshot: { key: 'send_name' } },
  )

export const SEND_SCHEDULE = scheduleTable('send_schedule')
/** The same of moments. */
export const MOMENT_SCHEDULE = scheduleTable('moment_schedule')

export const SEND_RUN = defineTable(
  'send_run',
  {
    id: id(),
    send_name: text(60),
    chat_type: withDefault(text<ChatType>(12), 'single'),
    scheduled_at: instant(),
    rule_version: text(12),
    rule_json: longText(),
    state: text<RunState>(12),
    planned_at: instant(),
    audience_after: withDefault(text(), ''),
    remark: nullable(longText()),
    finished_at: nullable(instant()),
    // Once per message that another capability asked for; null: a scheduled send.
    ask_key: nullable(text(190)),
    approved_at: nullable(instant()),
    approved_by: nullable(text(100)),
    // The day of a calendar that it stands for; moved to another one it is the same.
    occasion: nullable(text(10)),
    kind: nullable(text(20)),
    // Who goes first where several want one free place: by priority, then by what it is expected to bring for each person.
    priority: withDefault(integer(), 50),
    expected_fen: withDefault(integer(), 0),
    // The run of the day before, for whose crowded-out this one has another look.
    later_of: nullable(integer()),
    // By that its hold-out is drawn: the same in all runs of a send, whatever it is called by now, and that of no other send. Null: a
    // message that was asked for, or a run of the release before.
    drawn_as: nullable(text(60)),
  },
  {
    unique: [['send_name', 'scheduled_at'], ['ask_key'], ['send_name', 'occasion'], ['later_of']],
    indices: [['state', 'id'], ['drawn_as']],
    personal: {
      holds: {
        send_name: 'none',
        chat_type: 'none',
        rule_version: 'none',
        rule_json: 'none',
        audience_after: 'customer',
        remark: 'none',
        ask_key: 'none',
        approved_by: 'staff',
        occasion: 'none',
        kind: 'none',
        drawn_as: 'none',
      },
      purpose: '群发由谁批准',
      kept: 'standing',
    },
    snapshot: { key: 'id' },
  },
)

export const SEND_BATCH = defineTable(
  'send_batch',
  {
    id: id(),
    run_id: integer(),
    chat_type: withDefault(text<ChatType>(12), 'single'),
    userid: text(),
    chunk: integer(),
    size: withDefault(integer(), 0),
    state: text<BatchState>(12),
    msgid: nullable(text(120)),
    body_text: nullable(longText()),
    started_at: nullable(instant()),
    created_at: nullable(instant()),
    confirmed_at: nullable(instant()),
    progress_at: nullable(instant()),
    poll_at: nullable(instant()),
    remind_at: nullable(instant()),
    reminded_at: nullable(instant()),
    last_error: nullable(longText()),
    // Not confirmed by then: cancelled; null: never.
    give_up_at: nullable(instant()),
    // The Shanghai day on which it counts as work of its guide; null: it does not, or any more.
    counted_on: nullable(text(10)),
    // Which version of its send all of its customers get; null: there is one for all.
    variant: nullable(text(20)),
    // WeCom has taken it back from those who had not confirmed it, where they are several.
    withdrawn_at: nullable(instant()),
  },
  {
    unique: [['run_id', 'userid', 'chunk'], ['msgid']],
    indices: [
      ['state', 'poll_at'],
      ['state', 'remind_at'],
      ['state', 'give_up_at'],
    ],
    personal: {
      holds: {
        chat_type: 'none',
        userid: 'staff',
        msgid: 'none',
        body_text: 'none',
        last_error: 'none',
        counted_on: 'none',
        variant: 'none',
      },
      purpose: '哪位导购确认了群发',
      kept: 'standing',
    },
    snapshot: { key: 'id' },
  },
)

export const SEND_RECIPIENT = defineTable(
  'send_recipient',
  {
    id: id(),
    run_id: integer(),
    external_userid: text(),
    batch_id: nullable(integer()),
    userid: nullable(text()),
    outcome: text<Outcome>(16),
    reason: nullable(longText()),
    outcome_at: nullable(instant()),
    note_due: withDefault(flag(), 0),
    // Who was expected to send to them, where WeCom chooses who does; `userid` is who does, once that is known.
    expected_userid: nullable(text()),
  },
  {
    unique: [['run_id', 'external_userid']],
    indices: [
      ['batch_id', 'outcome'],
      ['external_userid', 'outcome', 'outcome_at'],
      ['note_due', 'id'],
    ],
    personal: {
      holds: { external_userid: 'customer', userid: 'staff', reason: 'conduct', expected_userid: 'staff' },
      purpose: '群发发给了谁、没发给谁、为什么',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

/** Who sends a task for which no sender is named, each to their own part of its customers. */
export const SEND_SENDER = defineTable(
  'send_sender',
  {
    id: id(),
    batch_id: integer(),
    userid: text(),
    /** By what we know it is they. */
    expected: flag(),
    /** It is they, as WeCom says. */
    chosen: withDefault(flag(), 0),
    /** So many places of the task are kept for their customers. */
    room: withDefault(integer(), 0),
    // The Shanghai day on which it counts as their work; null: it does not, or any more.
    counted_on: nullable(text(10)),
    // Whom they send to has been read.
    read_at: nullable(instant()),
    confirmed_at: nullable(instant()),
  },
  {
    unique: [['batch_id', 'userid']],
    indices: [['userid']],
    personal: {
      holds: { userid: 'staff', counted_on: 'none' },
      purpose: '由企业微信挑人发的群发，预计和实际是哪位导购',
      kept: 'standing',
    },
    snapshot: { key: 'id' },
  },
)

/** The same of a send into groups, whose owners confirm it. */
export const SEND_GROUP = defineTable(
  'send_group',
  {
    id: id(),
    run_id: integer(),
    chat_id: text(),
    batch_id: nullable(integer()),
    userid: nullable(text()),
    outcome: text<Outcome>(16),
    reason: nullable(longText()),
    outcome_at: nullable(instant()),
    // Arrived, and not written down as a touch of the group yet.
    note_due: withDefault(flag(), 0),
  },
  {
    unique: [['run_id', 'chat_id']],
    indices: [['batch_id', 'outcome'], ['chat_id', 'outcome', 'outcome_at'], ['note_due', 'id'], ['outcome_at']],
    personal: {
      holds: { chat_id: 'none', userid: 'staff', reason: 'none' },
      purpose: '群发发到了哪些群、没发到哪些群、为什么',
      kept: 'technical',
      // What waits for its owner has none yet.
      since: 'outcome_at',
    },
    snapshot: { key: 'id' },
  },
)

export type RunRow = RowOf<typeof SEND_RUN>
export type BatchRow = RowOf<typeof SEND_BATCH>
export type SenderRow = RowOf<typeof SEND_SENDER>

export const sendTables: Table[] = [SEND_SCHEDULE, SEND_RUN, SEND_BATCH, SEND_RECIPIENT, SEND_SENDER, SEND_GROUP]
