import { id, integer, text } from '../../core/db/columns.ts'
import { defineTable } from '../../core/db/define-table.ts'
import type { OriginPart } from './order-origin.ts'
import { SHOP_ORDER } from './order-tables.ts'

/** Where an order came from, as its shop says. */
export const SHOP_ORDER_ORIGIN = defineTable(
  'shop_order_origin',
  {
    id: id(),
    shop_order_id: integer(),
    part: text<OriginPart>(8),
    word: text(100),
    /** Of the picture of the order that said it last; 0: a piece of news, or a file. */
    version: integer(),
  },
  {
    unique: [['shop_order_id', 'part']],
    indices: [['part', 'word']],
    personal: {
      // Of the staff at the shop, a name or the shop's number of them.
      holds: { word: 'staff' },
      purpose: '订单从哪家门店、哪位店员、哪个渠道和活动来',
      kept: 'owner',
      through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' },
    },
    snapshot: { key: 'id', through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' } },
  },
)
