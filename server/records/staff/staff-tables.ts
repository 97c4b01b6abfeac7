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
  {
    personal: {
      holds: { userid: 'staff', name: 'name', departments: 'staff' },
      purpose: '知道谁是导购，能看谁的客户',
      kept: 'standing',
    },
    snapshot: { key: 'userid' },
  },
)

export const STAFF_RENAME = defineTable(
  'staff_rename',
  {
    old_userid: primary(text()),
    new_userid: text(),
    renamed_at: instant(),
  },
  {
    personal: { holds: { old_userid: 'staff', new_userid: 'staff' }, purpose: '成员改了账号仍认得', kept: 'standing' },
    snapshot: { key: 'old_userid' },
  },
)

/** When each member may get the next message of our app. */
export const STAFF_PACE = defineTable(
  'staff_pace',
  {
    userid: primary(text()),
    next_at: instant(),
  },
  {
    personal: { holds: { userid: 'staff' }, purpose: '给成员的消息不超过企业微信的频率', kept: 'standing' },
    snapshot: { key: 'userid' },
  },
)

export const staffTables: Table[] = [STAFF, STAFF_RENAME]
