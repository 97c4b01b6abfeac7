import { flag, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export type StaffState = 'active' | 'disabled' | 'inactive' | 'left'

export const STAFF = defineTable(
  'staff',
  {
    userid: primary(text()),
    name: nullable(longText()),
    departments: nullable(longText()),
    leads: nullable(longText()),
    state: text<StaffState>(12),
    is_guide: withDefault(flag(), 0),
    left_at: nullable(instant()),
    detail_at: nullable(instant()),
    known_at: instant(),
    unseen_at: nullable(instant()),
  },
  {
    personal: {
      holds: { userid: 'staff', name: 'name', departments: 'staff', leads: 'staff' },
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

/** Those in the app's sight. `name`: null where WeCom does not tell it. */
export const DEPARTMENT = defineTable(
  'department',
  {
    id: primary(integer()),
    name: nullable(longText()),
    parent_id: integer(),
  },
  {
    personal: ofNobody('names of departments'),
    snapshot: leftOut('says who may look at customers, not what is decided about them'),
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

export const staffTables: Table[] = [STAFF, STAFF_RENAME, DEPARTMENT]
