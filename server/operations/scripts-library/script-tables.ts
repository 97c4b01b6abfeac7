import { id, instant, integer, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

export const SCRIPT_USE = defineTable(
  'script_use',
  {
    id: id(),
    use_key: text(140),
    external_userid: text(),
    userid: text(),
    script_id: nullable(text(40)),
    task_id: nullable(integer()),
    sent_at: instant(),
  },
  {
    unique: [['use_key']],
    indices: [
      ['external_userid', 'script_id', 'sent_at'],
      ['script_id', 'sent_at'],
    ],
    personal: {
      holds: { use_key: 'conduct', external_userid: 'customer', userid: 'staff', script_id: 'none' },
      purpose: '哪句话术发给了谁',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('each is a touch, too, and those are copied'),
  },
)

export const scriptTables: Table[] = [SCRIPT_USE]
