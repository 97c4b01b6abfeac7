import { id, instant, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

/** Whose each link is, so that the link itself says nothing of anybody. */
export const OPT_OUT_LINK = defineTable(
  'opt_out_link',
  { id: id(), external_userid: text(), made_at: instant() },
  {
    unique: [['external_userid']],
    personal: {
      holds: { external_userid: 'customer' },
      purpose: '退订链接是哪位客户的',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const optOutTables: Table[] = [OPT_OUT_LINK]
