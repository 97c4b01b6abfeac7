import { id, instant, integer, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const CUSTOMER_WORTH = defineTable(
  'customer_worth',
  {
    id: id(),
    external_userid: text(),
    /** How likely it is that they still buy; null for whoever bought on one day only, of whom that cannot be said. */
    alive_percent: nullable(integer()),
    /** Days with a purchase to be expected within ninety days, in hundredths. */
    orders90_hundredths: integer(),
    /** What they are worth together; null while what a purchase is worth cannot be said. */
    value90_fen: nullable(integer()),
  },
  {
    unique: [['external_userid']],
    personal: {
      holds: {
        external_userid: 'customer',
        alive_percent: 'conduct',
        orders90_hundredths: 'conduct',
        value90_fen: 'conduct',
      },
      purpose: '估计客户以后会买多少，先照顾值得照顾的人',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const WORTH_RUN = defineTable(
  'worth_run',
  {
    id: id(),
    name: text(20),
    due_at: instant(),
    after_userid: text(),
    /** JSON of `Model`. */
    model: nullable(longText()),
    fitted_at: nullable(instant()),
    /** When the last of all customers was reckoned. */
    scored_at: nullable(instant()),
  },
  { unique: [['name']], personal: ofNobody('a model of all customers together'), snapshot: { key: 'id' } },
)

export const worthTables: Table[] = [CUSTOMER_WORTH, WORTH_RUN]
