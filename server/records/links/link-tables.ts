import { flag, id, instant, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

/** Whose each code is and which link of the rules it stands for, so that the address itself says nothing of anybody. */
export const TRACKED_LINK = defineTable(
  'tracked_link',
  { id: id(), external_userid: text(), link: text(20), made_at: instant() },
  {
    unique: [['external_userid', 'link']],
    personal: {
      holds: { external_userid: 'customer', link: 'none' },
      purpose: '消息里的链接是发给哪位客户的',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

/** Who opened a link; null: somebody, we do not know who, or a machine that looks ahead, which is nobody. */
export const LINK_CLICK = defineTable(
  'link_click',
  {
    id: id(),
    /** One code, one minute, known or not. */
    click_key: text(60),
    link: text(20),
    external_userid: nullable(text()),
    at: instant(),
    // What it stood in, as `send:12`, where its address says so.
    through: nullable(text(30)),
    by_machine: withDefault(flag(), 0),
  },
  {
    unique: [['click_key']],
    indices: [['external_userid', 'at'], ['at'], ['through']],
    personal: {
      holds: { click_key: 'none', link: 'conduct', external_userid: 'customer', through: 'none' },
      purpose: '客户点了消息里的哪个链接，好接着聊他关心的',
      kept: 'visit',
      since: 'at',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const linkTables: Table[] = [TRACKED_LINK, LINK_CLICK]
