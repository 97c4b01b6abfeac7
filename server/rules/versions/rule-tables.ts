import { instant, longText, primary, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

/** Somebody may be half-way through an old version. */
export const RULE_VERSION = defineTable(
  'rule_version',
  {
    kind: text(20),
    name: text(60),
    version: text(12),
    content: longText(),
    first_seen_at: instant(),
  },
  { unique: [['kind', 'name', 'version']], snapshot: {} },
)

export const RULE_BOOK = defineTable(
  'rule_book',
  {
    name: primary(text(20)),
    version: text(12),
    content: longText(),
    saved_at: instant(),
  },
  { snapshot: leftOut('says how the server works, not what is known of customers') },
)

export const ruleTables: Table[] = [RULE_VERSION, RULE_BOOK]
