import { id, instant, integer, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut } from '../../core/db/define-table.ts'

export type ClaimResult = 'bound' | 'refused' | 'undone'

/** Each time that a guide said by its number that an order is a customer's. */
export const ORDER_CLAIM = defineTable(
  'order_claim',
  {
    id: id(),
    claim_key: text(190),
    external_userid: text(),
    userid: text(),
    /** As it was typed. */
    order_id: text(100),
    shop_order_id: nullable(integer()),
    result: text<ClaimResult>(10),
    at: instant(),
  },
  {
    unique: [['claim_key']],
    indices: [
      ['userid', 'at'],
      ['external_userid', 'at'],
      ['order_id', 'at'],
    ],
    personal: {
      holds: {
        claim_key: 'conduct',
        external_userid: 'customer',
        userid: 'staff',
        order_id: 'purchase',
        result: 'conduct',
      },
      purpose: '谁按订单号把哪笔订单绑给了这位客户，试了几次',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('a rehearsal reads whose an order is from the order'),
  },
)
