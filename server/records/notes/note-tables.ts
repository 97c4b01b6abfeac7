import { id, instant, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

export const CUSTOMER_NOTE = defineTable(
  'customer_note',
  {
    id: id(),
    note_key: text(190),
    external_userid: text(),
    userid: text(),
    /** Empty once it was taken back. */
    body: longText(),
    at: instant(),
    pinned_at: nullable(instant()),
    removed_at: nullable(instant()),
  },
  {
    unique: [['note_key']],
    indices: [['external_userid', 'at', 'id']],
    personal: {
      holds: {
        note_key: 'conduct',
        external_userid: 'customer',
        userid: 'staff',
        body: 'free-text',
      },
      purpose: '导购为了服务这位客户记下的话',
      kept: 'customer',
      of: 'external_userid',
      mentions: ['body'],
    },
    snapshot: leftOut('a note for people'),
  },
)

export const noteTables: Table[] = [CUSTOMER_NOTE]
