import { flag, instant, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

export type StaffState = 'active' | 'disabled' | 'inactive' | 'left'

export const STAFF = defineTable(
  'staff',
  {
    userid: primary(text()),
    name: nullable(longText()),
    departments: nullable(longText()),
    state: text<StaffState>(12),
    is_guide: withDefault(flag(), 0),
    left_at: nullable(instant()),
    detail_at: nullable(instant()),
    known_at: instant(),
  },
  { snapshot: { key: 'userid' } },
)

export const STAFF_RENAME = defineTable(
  'staff_rename',
  {
    old_userid: primary(text()),
    new_userid: text(),
    renamed_at: instant(),
  },
  { snapshot: { key: 'old_userid' } },
)

/** When each member may get the next message of our app. */
export const STAFF_PACE = defineTable(
  'staff_pace',
  {
    userid: primary(text()),
    next_at: instant(),
  },
  { snapshot: { key: 'userid' } },
)

export const staffTables: Table[] = [STAFF, STAFF_RENAME]
