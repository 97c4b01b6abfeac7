import { id, instant, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

export const TOUCH = defineTable(
  'contact',
  {
    id: id(),
    source_key: text(190),
    external_userid: text(),
    userid: nullable(text()),
    kind: text(12),
    at: instant(),
  },
  { unique: [['source_key']], indices: [['external_userid', 'at']], snapshot: { key: 'id', of: 'external_userid' } },
)

export const touchTables: Table[] = [TOUCH]
