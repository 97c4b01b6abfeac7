import { id, instant, integer, longText, nullable, text } from '../../../core/db/columns.ts'
import { defineTable, type RowOf, type Table } from '../../../core/db/define-table.ts'
import { scheduleTable } from '../../mass-send/send-tables.ts'

/** `held`: waits for a day on which there is room for it. What is open stays so, however late. */
export type DutyState = 'open' | 'held' | 'done' | 'dropped'

export const DUTY_SCHEDULE = scheduleTable('duty_schedule', 'when staff are asked for something')

/** What a member of staff is asked to do without a customer: be the host of a group's day, change its notice. */
export const DUTY = defineTable(
  'duty',
  {
    id: id(),
    duty_key: text(190),
    duty_name: text(60),
    userid: text(),
    title: text(120),
    script: nullable(longText()),
    // The first of them, for people.
    group_names: longText(),
    group_count: integer(),
    evidence: nullable(text(60)),
    tell: nullable(longText()),
    due_at: instant(),
    state: text<DutyState>(12),
    opened_at: instant(),
    // Held: when there may be room; open: when others hear that it was not done.
    wake_at: nullable(instant()),
    notified_at: nullable(instant()),
    closed_at: nullable(instant()),
    outcome: nullable(longText()),
    // The Shanghai day of its member in which it has a place; null: in none.
    counted_on: nullable(text(10)),
  },
  {
    unique: [['duty_key']],
    indices: [['userid', 'state'], ['duty_name', 'state'], ['wake_at']],
    personal: {
      holds: {
        duty_key: 'staff',
        duty_name: 'none',
        userid: 'staff',
        title: 'none',
        script: 'none',
        group_names: 'none',
        evidence: 'none',
        tell: 'staff',
        outcome: 'free-text',
        counted_on: 'none',
      },
      purpose: '请员工在群里做的事',
      kept: 'technical',
      since: 'closed_at',
    },
    snapshot: { key: 'id' },
  },
)

export type DutyRow = RowOf<typeof DUTY>
export const dutyTables: Table[] = [DUTY_SCHEDULE, DUTY]
