import { id, instant, integer, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const CUSTOMER_SCORE = defineTable(
  'customer_score',
  {
    id: id(),
    external_userid: text(),
    r: integer(),
    f: integer(),
    m: integer(),
  },
  {
    unique: [['external_userid']],
    personal: {
      holds: { external_userid: 'customer', r: 'conduct', f: 'conduct', m: 'conduct' },
      purpose: '按消费分层（RFM）',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const SCORE_RUN = defineTable(
  'score_run',
  {
    id: id(),
    name: text(20),
    due_at: instant(),
    after_userid: text(),
    cuts: nullable(longText()),
    counted_at: nullable(instant()),
  },
  { unique: [['name']], personal: ofNobody('how far the scoring of a night is'), snapshot: { key: 'id' } },
)

export const scoreTables: Table[] = [CUSTOMER_SCORE, SCORE_RUN]
