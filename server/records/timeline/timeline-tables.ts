import { id, instant, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

export const TIMELINE = defineTable(
  'timeline',
  {
    id: id(),
    dedupe_key: text(190),
    external_userid: text(),
    userid: nullable(text()),
    at: instant(),
    kind: text(40),
    body: longText(),
    reason: nullable(longText()),
  },
  { unique: [['dedupe_key']], indices: [['external_userid', 'at', 'id']], snapshot: leftOut('a note for people') },
)

export const timelineTables: Table[] = [TIMELINE]
