import { flag, instant, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

export const STAFF = defineTable(
  'staff',
  {
    userid: primary(text()),
    name: nullable(longText()),
    departments: nullable(longText()),
    state: text(12),
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

export const staffTables: Table[] = [STAFF, STAFF_RENAME]
