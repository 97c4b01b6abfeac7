import { id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const PREPARED_MEDIA = defineTable(
  'prepared_media',
  {
    id: id(),
    source: text(190),
    fingerprint: text(),
    pic_url: nullable(longText()),
    media_id: nullable(text(190)),
    media_until: nullable(instant()),
    prepared_at: nullable(instant()),
    attempts: withDefault(integer(), 0),
    retry_at: nullable(instant()),
    trouble: nullable(longText()),
  },
  { unique: [['source']], personal: ofNobody('pictures and files of the rules'), snapshot: { key: 'id' } },
)

export const mediaTables: Table[] = [PREPARED_MEDIA]
