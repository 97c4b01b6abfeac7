import { id, instant, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

/** `welcome`: the welcome of a new friendship · `send`: a mass-send that arrived · `moment`: a moment of the corp that was shown · `script`: a guide sent prepared words ·
 *  `task`: a guide did what asked for a message. */
export type TouchKind = 'welcome' | 'send' | 'moment' | 'script' | 'task'

export const TOUCH = defineTable(
  'touch',
  {
    id: id(),
    source_key: text(190),
    external_userid: text(),
    userid: nullable(text()),
    kind: text<TouchKind>(12),
    /** Of what its kind says: the name of the welcome, send or moment, the script's id, the to-do's kind. */
    about: nullable(text(120)),
    at: instant(),
  },
  {
    unique: [['source_key']],
    indices: [['external_userid', 'at']],
    personal: {
      holds: { source_key: 'conduct', external_userid: 'customer', userid: 'staff', kind: 'conduct', about: 'none' },
      purpose: '不打扰：数最近联系过几次',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

/** `send`: a mass-send that arrived in the group. What people write in it WeCom tells nobody. */
export type GroupTouchKind = 'send'

export const GROUP_TOUCH = defineTable(
  'group_touch',
  {
    id: id(),
    source_key: text(190),
    chat_id: text(),
    userid: nullable(text()),
    kind: text<GroupTouchKind>(12),
    at: instant(),
  },
  {
    unique: [['source_key']],
    indices: [['chat_id', 'at'], ['at']],
    personal: {
      holds: { source_key: 'none', chat_id: 'none', userid: 'staff', kind: 'none' },
      purpose: '不刷屏：数一个群最近发过几次',
      kept: 'technical',
      since: 'at',
    },
    snapshot: { key: 'id' },
  },
)

export const touchTables: Table[] = [TOUCH, GROUP_TOUCH]
