import { id, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

/** `held`: waits for a day on which its guide has room for it; the guide does not know of it yet. `later`: its guide has put
 *  it off. `orphan`: asked for a person whom no guide has now; the next one is asked. */
export type TaskState = 'open' | 'held' | 'later' | 'orphan' | 'done' | 'dropped'
export type DeadlineKind = 'escalate' | 'reassign'

export const GUIDE_TASK = defineTable(
  'guide_task',
  {
    id: id(),
    task_key: text(190),
    external_userid: text(),
    userid: text(),
    kind: text(40),
    title: longText(),
    script_id: nullable(text(60)),
    detail: nullable(longText()),
    due_at: nullable(instant()),
    state: text<TaskState>(12),
    opened_at: instant(),
    closed_at: nullable(instant()),
    outcome: nullable(longText()),
    reason: longText(),
    notified_at: nullable(instant()),
    priority: withDefault(integer(), 50),
    release_at: nullable(instant()),
    // What its customer was expected to bring when it was asked for; on a full day the most goes first.
    value_fen: withDefault(integer(), 0),
  },
  {
    unique: [['task_key']],
    indices: [
      ['userid', 'state', 'due_at'],
      ['external_userid', 'state'],
      ['state', 'release_at'],
    ],
    personal: {
      holds: {
        task_key: 'conduct',
        external_userid: 'customer',
        userid: 'staff',
        kind: 'conduct',
        title: 'free-text',
        script_id: 'none',
        detail: 'free-text',
        outcome: 'free-text',
        reason: 'conduct',
      },
      purpose: '请导购做的事',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const TASK_NOTICE = defineTable(
  'task_notice',
  {
    userid: primary(text()),
    next_at: instant(),
  },
  {
    personal: { holds: { userid: 'staff' }, purpose: '什么时候提醒导购', kept: 'standing' },
    snapshot: { key: 'userid' },
  },
)

export const TASK_DEADLINE = defineTable(
  'task_deadline',
  {
    id: id(),
    task_id: integer(),
    what: text<DeadlineKind>(12),
    due_at: instant(),
    recipients: nullable(longText()),
  },
  {
    unique: [['task_id', 'what']],
    indices: [['due_at', 'id']],
    personal: {
      holds: { recipients: 'staff' },
      purpose: '到时候没做完告诉谁',
      kept: 'owner',
      through: { column: 'task_id', table: GUIDE_TASK, of: 'external_userid' },
    },
    snapshot: { key: 'id', through: { column: 'task_id', table: GUIDE_TASK, of: 'external_userid' } },
  },
)

export const TASK_DAY = defineTable(
  'task_day',
  {
    id: id(),
    userid: text(),
    day: text(10),
    opened: integer(),
  },
  {
    unique: [['userid', 'day']],
    personal: { holds: { userid: 'staff', day: 'none' }, purpose: '导购一天接了几件', kept: 'standing' },
    snapshot: { key: 'id' },
  },
)

export const taskTables: Table[] = [GUIDE_TASK, TASK_NOTICE, TASK_DEADLINE, TASK_DAY]
