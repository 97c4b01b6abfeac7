import { instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const CHANNEL = defineTable(
  'channel',
  {
    name: primary(text(60)),
    state: text(30),
    config_id: nullable(text()),
    qr_code: nullable(longText()),
    live_as: nullable(longText()),
    trouble: nullable(longText()),
    tries: withDefault(integer(), 0),
    created_at: instant(),
    changed_at: instant(),
  },
  { unique: [['state']], personal: ofNobody('live codes and links of the corp'), snapshot: { key: 'name' } },
)

export const channelTables: Table[] = [CHANNEL]
