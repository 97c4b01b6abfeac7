import { flag, id, instant, integer, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import type { VisitKind } from './visit-kind.ts'

/** One thing that somebody did in the shop without having paid yet. Given names only as long as nobody is known by them. */
export const SHOP_VISIT = defineTable(
  'shop_visit',
  {
    id: id(),
    visit_id: text(100),
    source: text(60),
    kind: text<VisitKind>(12),
    external_userid: nullable(text()),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    page: nullable(text(190)),
    product_id: nullable(text(100)),
    /** Its name, or its number where it was told without one. */
    product: nullable(text(190)),
    category: nullable(text(60)),
    price_fen: nullable(integer()),
    /** Of carts: how many are in it from then on. */
    quantity: nullable(integer()),
    /** What they searched for. */
    keyword: nullable(text(100)),
    /** By which way they came: a number of WeChat, or of a link of ours. */
    scene: nullable(text(100)),
    at: instant(),
    received_at: instant(),
    /** It is the customer's only because somebody said that they go by these names. */
    lent: withDefault(flag(), 0),
  },
  {
    unique: [['visit_id', 'source']],
    indices: [['external_userid', 'at'], ['at'], ['given_external_userid'], ['given_unionid'], ['phone_hash']],
    personal: {
      holds: {
        visit_id: 'none',
        source: 'none',
        kind: 'conduct',
        external_userid: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
        page: 'conduct',
        product_id: 'conduct',
        product: 'conduct',
        category: 'conduct',
        price_fen: 'conduct',
        quantity: 'conduct',
        keyword: 'free-text',
        scene: 'conduct',
      },
      purpose: '客户在商城看了什么、搜了什么、从哪里进来、购物车里有什么；看了没付款的时候提醒导购',
      kept: 'visit',
      since: 'at',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const visitTables: Table[] = [SHOP_VISIT]
