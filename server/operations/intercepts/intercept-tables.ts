import { id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type RowOf, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

/** One rule, as the platform holds it. */
export const INTERCEPT = defineTable(
  'intercept',
  {
    id: id(),
    name: text(40),
    rule_id: nullable(text(120)),
    // What of the file stands at the platform.
    live_as: nullable(text(64)),
    open_key: nullable(text(120)),
    plans: withDefault(integer(), 0),
    refused_as: nullable(text(64)),
    refused_at: nullable(instant()),
    trouble: nullable(longText()),
    // When somebody had changed it at the platform, and it was put right; until it is found as it should be.
    drifted_at: nullable(instant()),
    checked_at: nullable(instant()),
    changed_at: instant(),
  },
  { unique: [['name']], personal: ofNobody('words that may not be written'), snapshot: { key: 'id' } },
)

export type InterceptRow = RowOf<typeof INTERCEPT>
export const interceptTables: Table[] = [INTERCEPT]
