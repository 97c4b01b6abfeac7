import { flag, id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { sql } from '../../core/db/sql.ts'
import type { ProductRole } from '../../rules/schema/product-rules.ts'
import type { Match } from '../customers/given-customer.ts'
import type { OrderStatus } from './order-body.ts'
import { ORDER_CLAIM } from './order-claim-tables.ts'
import type { OrderStep } from './order-status.ts'

export const SHOP_ORDER = defineTable(
  'shop_order',
  {
    id: id(),
    order_id: text(100),
    status: text<OrderStatus>(12),
    total_fen: integer(),
    source: text(60),
    external_userid: nullable(text()),
    /** `hand`: a guide bound it by the number that the customer told. `link`: an operator said that its buyer is this customer. */
    matched_by: nullable(text<Match['by'] | 'hand' | 'link'>(20)),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    phone_tail: nullable(text(4)),
    /** Who bought, by the shop's own number of them. */
    shop_user_id: nullable(text(64)),
    created_at: instant(),
    paid_at: nullable(instant()),
    refunded_at: nullable(instant()),
    closed_at: nullable(instant()),
    has_items: withDefault(flag(), 0),
    /** Of what was paid; all of it once the status is `refunded`. */
    refunded_fen: withDefault(integer(), 0),
    /** The shop's own count or instant of the whole picture that this is; null while only pieces of news were told. */
    version: nullable(integer()),
    /** When the first parcel went out, and when the last of all was signed for. */
    shipped_at: nullable(instant()),
    signed_at: nullable(instant()),
  },
  {
    unique: [['order_id', 'source']],
    indices: [
      ['external_userid', 'status', 'paid_at'],
      ['given_external_userid'],
      ['given_unionid'],
      ['phone_hash'],
      ['shop_user_id'],
    ],
    personal: {
      holds: {
        order_id: 'purchase',
        source: 'none',
        external_userid: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
        phone_tail: 'phone',
        shop_user_id: 'customer',
        status: 'purchase',
        total_fen: 'purchase',
        refunded_fen: 'purchase',
      },
      purpose: '知道客户买了什么，按消费做服务和分层',
      kept: 'order',
      since: 'created_at',
      of: 'external_userid',
      keptByLaw: {
        why: '电子商务法第三十一条：交易信息自交易完成起保存不少于三年',
        emptied: [
          'external_userid',
          'matched_by',
          'given_external_userid',
          'given_unionid',
          'phone_hash',
          'phone_tail',
          'shop_user_id',
        ],
      },
    },
    snapshot: { key: 'id', of: 'external_userid', where: (t) => sql`${t.external_userid} IS NOT NULL` },
  },
)

export const SHOP_ORDER_ITEM = defineTable(
  'shop_order_item',
  {
    id: id(),
    shop_order_id: integer(),
    line_no: integer(),
    sku: text(100),
    name: longText(),
    quantity: integer(),
    price_fen: integer(),
    category: nullable(text(60)),
    /** The shop's number of this line, or its sku. */
    line_id: nullable(text(100)),
    /** What products.yaml says of it, in the version `labelled_by`; null: nothing, or not asked yet. */
    catalog_category: nullable(text(60)),
    role: nullable(text<ProductRole>(8)),
    labelled_by: nullable(text(12)),
    /** Of it came back. */
    refunded_quantity: withDefault(integer(), 0),
    refunded_fen: withDefault(integer(), 0),
  },
  {
    unique: [['shop_order_id', 'line_no']],
    indices: [['category', 'shop_order_id'], ['labelled_by']],
    personal: {
      holds: {
        sku: 'purchase',
        name: 'purchase',
        category: 'purchase',
        catalog_category: 'purchase',
        role: 'purchase',
        labelled_by: 'none',
        quantity: 'purchase',
        price_fen: 'purchase',
        line_id: 'purchase',
        refunded_quantity: 'purchase',
        refunded_fen: 'purchase',
      },
      purpose: '知道客户买了什么',
      kept: 'owner',
      through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' },
      keptByLaw: {
        why: '电子商务法第三十一条：交易信息自交易完成起保存不少于三年',
        emptied: ['sku', 'name', 'line_id'],
      },
    },
    snapshot: { key: 'id', through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' } },
  },
)

export const SHOP_ORDER_STATUS = defineTable(
  'shop_order_status',
  {
    id: id(),
    shop_order_id: integer(),
    /** `goods`: no step; until now a report of goods alone told of the order, which whoever knows the whole has the word over. */
    status: text<OrderStep | 'goods'>(12),
    at: instant(),
    announced: withDefault(flag(), 0),
  },
  {
    unique: [['shop_order_id', 'status']],
    personal: {
      holds: { status: 'purchase' },
      purpose: '订单走到了哪一步',
      kept: 'owner',
      through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' },
      keptByLaw: { why: '电子商务法第三十一条：交易信息自交易完成起保存不少于三年', emptied: [] },
    },
    snapshot: { key: 'id', through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' } },
  },
)

/** What came back, part by part. */
export const SHOP_ORDER_REFUND = defineTable(
  'shop_order_refund',
  {
    id: id(),
    shop_order_id: integer(),
    /** The shop's number of this refund; `sum`: all that came back until now, told as one. */
    refund_id: text(100),
    fen: integer(),
    at: instant(),
    announced: withDefault(flag(), 0),
  },
  {
    unique: [['shop_order_id', 'refund_id']],
    personal: {
      holds: { refund_id: 'purchase', fen: 'purchase' },
      purpose: '退了多少',
      kept: 'owner',
      through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' },
      keptByLaw: { why: '电子商务法第三十一条：交易信息自交易完成起保存不少于三年', emptied: [] },
    },
    snapshot: { key: 'id', through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' } },
  },
)

const LAW = '电子商务法第三十一条：交易信息自交易完成起保存不少于三年'

/** Which goods a refund was for. */
export const SHOP_ORDER_REFUND_LINE = defineTable(
  'shop_order_refund_line',
  {
    id: id(),
    shop_order_id: integer(),
    refund_id: text(100),
    line_id: text(100),
    quantity: integer(),
    fen: integer(),
    at: instant(),
  },
  {
    unique: [['shop_order_id', 'refund_id', 'line_id']],
    personal: {
      holds: { refund_id: 'purchase', line_id: 'purchase', quantity: 'purchase', fen: 'purchase' },
      purpose: '退的是哪几件',
      kept: 'owner',
      through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' },
    },
    snapshot: { key: 'id', through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' } },
  },
)

/** How it was paid, part by part. */
export const SHOP_ORDER_PAYMENT = defineTable(
  'shop_order_payment',
  {
    id: id(),
    shop_order_id: integer(),
    payment_id: text(100),
    fen: integer(),
    at: instant(),
    /** In the shop's own word: 微信, 余额. Empty: not told. */
    way: text(60),
  },
  {
    unique: [['shop_order_id', 'payment_id']],
    personal: {
      holds: { payment_id: 'purchase', fen: 'purchase', way: 'purchase' },
      purpose: '定金和尾款各付了多少',
      kept: 'owner',
      through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' },
      keptByLaw: { why: LAW, emptied: [] },
    },
    snapshot: { key: 'id', through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' } },
  },
)

/** What is on its way. By its number whoever has it can ask the carrier where the customer lives. */
export const SHOP_ORDER_PARCEL = defineTable(
  'shop_order_parcel',
  {
    id: id(),
    shop_order_id: integer(),
    number: text(100),
    company: text(60),
    shipped_at: nullable(instant()),
    signed_at: nullable(instant()),
  },
  {
    unique: [['shop_order_id', 'number']],
    personal: {
      holds: { number: 'purchase', company: 'purchase', shipped_at: 'purchase', signed_at: 'purchase' },
      purpose: '知道货到了没有，到了再回访',
      kept: 'owner',
      through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' },
    },
    snapshot: { key: 'id', through: { column: 'shop_order_id', table: SHOP_ORDER, of: 'external_userid' } },
  },
)

export const orderTables: Table[] = [
  SHOP_ORDER,
  SHOP_ORDER_ITEM,
  SHOP_ORDER_STATUS,
  SHOP_ORDER_REFUND,
  SHOP_ORDER_REFUND_LINE,
  SHOP_ORDER_PAYMENT,
  SHOP_ORDER_PARCEL,
  ORDER_CLAIM,
]
