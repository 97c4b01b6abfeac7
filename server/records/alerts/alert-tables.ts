import { instant, longText, nullable, primary, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

export const ALERT = defineTable(
  'alert',
  {
    alert_key: primary(text(190)),
    since: instant(),
    body: longText(),
    todo: longText(),
    lapse_at: nullable(instant()),
    resolved_at: nullable(instant()),
  },
  {
    indices: [['resolved_at', 'since']],
    personal: {
      holds: { alert_key: 'none', body: 'staff', todo: 'none' },
      purpose: '要人处理的事，可能写着成员的名字',
      kept: 'technical',
      since: 'resolved_at',
      mentions: ['body', 'todo'],
    },
    snapshot: leftOut('a note for people'),
  },
)

export const alertTables: Table[] = [ALERT]
