import { id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type RowOf, type Table } from '../../core/db/define-table.ts'
import { MOMENT_SCHEDULE } from '../mass-send/send-tables.ts'
import type { MomentState } from './moment-states.ts'

export const MOMENT_RUN = defineTable(
  'moment_run',
  {
    id: id(),
    moment_name: text(60),
    scheduled_at: instant(),
    rule_version: text(12),
    rule_json: longText(),
    state: text<MomentState>(12),
    planned_at: instant(),
    approved_at: nullable(instant()),
    approved_by: nullable(text(100)),
    // An attempt to make it was begun, and it is not certain that it came to nothing.
    started_at: nullable(instant()),
    jobid: nullable(text(120)),
    moment_id: nullable(text(120)),
    created_at: nullable(instant()),
    poll_at: nullable(instant()),
    finished_at: nullable(instant()),
    remark: nullable(longText()),
    // The step of a campaign that it stands for; moved to another day it is the same.
    occasion: nullable(text(10)),
  },
  {
    unique: [['moment_name', 'scheduled_at'], ['moment_id'], ['moment_name', 'occasion']],
    indices: [['state', 'id'], ['poll_at']],
    personal: {
      holds: {
        moment_name: 'none',
        rule_version: 'none',
        rule_json: 'none',
        approved_by: 'staff',
        jobid: 'none',
        moment_id: 'none',
        remark: 'staff',
        occasion: 'none',
      },
      purpose: '企业朋友圈由谁批准、哪位导购请不到',
      kept: 'standing',
    },
    snapshot: { key: 'id' },
  },
)

/** One guide who is asked to publish it. */
export const MOMENT_SENDER = defineTable(
  'moment_sender',
  {
    id: id(),
    run_id: integer(),
    userid: text(),
    // When we learned of it; WeCom does not tell when it was.
    published_at: nullable(instant()),
    poll_at: nullable(instant()),
    polls: withDefault(integer(), 0),
    shown: withDefault(integer(), 0),
    likes: withDefault(integer(), 0),
    comments: withDefault(integer(), 0),
  },
  {
    unique: [['run_id', 'userid']],
    indices: [['poll_at']],
    personal: {
      holds: { userid: 'staff' },
      purpose: '哪位导购发表了企业朋友圈，多少客户看到',
      kept: 'standing',
    },
    snapshot: { key: 'id' },
  },
)

export type MomentRunRow = RowOf<typeof MOMENT_RUN>
export type MomentSenderRow = RowOf<typeof MOMENT_SENDER>

export const momentTables: Table[] = [MOMENT_SCHEDULE, MOMENT_RUN, MOMENT_SENDER]
