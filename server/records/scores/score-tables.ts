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
    /** What rfm.yaml calls them; null without that file. */
    name: nullable(text(20)),
    /** When they came to be called so. */
    since: nullable(instant()),
  },
  {
    unique: [['external_userid']],
    personal: {
      holds: { external_userid: 'customer', r: 'conduct', f: 'conduct', m: 'conduct', name: 'conduct' },
      purpose: '按消费分层（RFM）',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

/** Who came to be called otherwise; nothing of those who stayed what they were. */
export const SCORE_MOVE = defineTable(
  'score_move',
  {
    id: id(),
    external_userid: text(),
    from_name: nullable(text(20)),
    to_name: nullable(text(20)),
    /** When the night that found it counted. */
    moved_at: instant(),
  },
  {
    unique: [['external_userid', 'moved_at']],
    indices: [['moved_at', 'external_userid']],
    personal: {
      holds: { external_userid: 'customer', from_name: 'conduct', to_name: 'conduct' },
      purpose: 'RFM 分组什么时候变的',
      kept: 'technical',
      since: 'moved_at',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const SCORE_DAY = defineTable(
  'score_day',
  {
    id: id(),
    /** Midnight in Shanghai. */
    day: instant(),
    /** Of rfm.yaml; empty without it. */
    rule: text(12),
    /** JSON of `DayCounts`. */
    counts: longText(),
  },
  {
    unique: [['day']],
    personal: ofNobody('how many customers have which points, a row a day'),
    snapshot: { key: 'id' },
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
    /** Of rfm.yaml: by which the cuts were made; empty: without it. */
    rule: nullable(text(12)),
    /** By which all customers were scored, when for the first time, and when last. */
    settled_rule: nullable(text(12)),
    settled_since: nullable(instant()),
    settled_at: nullable(instant()),
  },
  { unique: [['name']], personal: ofNobody('how far the scoring of a night is'), snapshot: { key: 'id' } },
)

export const scoreTables: Table[] = [CUSTOMER_SCORE, SCORE_MOVE, SCORE_DAY, SCORE_RUN]
