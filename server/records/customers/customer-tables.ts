import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import type { LostBy } from './event-source.ts'

export const CUSTOMER = defineTable(
  'customer',
  {
    external_userid: primary(text()),
    name: nullable(longText()),
    avatar: nullable(longText()),
    customer_type: nullable(integer()),
    gender: nullable(integer()),
    corp_name: nullable(longText()),
    unionid: nullable(text()),
    first_channel: nullable(text(60)),
    first_userid: nullable(text()),
    first_added_at: nullable(instant()),
    known_at: instant(),
    detail_at: nullable(instant()),
  },
  {
    indices: [['unionid'], ['first_channel']],
    personal: {
      holds: {
        external_userid: 'customer',
        name: 'name',
        avatar: 'picture',
        corp_name: 'trait',
        gender: 'trait',
        unionid: 'union-id',
        first_channel: 'conduct',
        first_userid: 'staff',
      },
      purpose: '认出客户，服务和联系',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'external_userid', of: 'external_userid' },
  },
)

export const CUSTOMER_SOURCE = defineTable(
  'customer_source',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    added_at: instant(),
    channel: nullable(text(60)),
    state: nullable(longText()),
  },
  {
    unique: [['external_userid', 'userid', 'added_at']],
    personal: {
      holds: { external_userid: 'customer', userid: 'staff', channel: 'conduct', state: 'conduct' },
      purpose: '客户从哪里来',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const CUSTOMER_PHONE = defineTable(
  'customer_phone',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    phone_hash: text(),
  },
  {
    unique: [['external_userid', 'userid', 'phone_hash']],
    indices: [['phone_hash']],
    personal: {
      holds: { external_userid: 'customer', userid: 'staff', phone_hash: 'phone' },
      purpose: '把订单和问卷对到客户',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('tells whose an order or a survey is, and none comes in a rehearsal'),
  },
)

export const FOLLOW = defineTable(
  'follow',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    active: flag(),
    half: withDefault(flag(), 0),
    announced: withDefault(flag(), 0),
    remark: nullable(longText()),
    /** Shown nowhere, and so not kept any more; `people mask-phones` empties what stands there. */
    description: nullable(longText()),
    state: nullable(longText()),
    channel: nullable(text(60)),
    add_way: nullable(integer()),
    added_at: nullable(instant()),
    last_add_at: nullable(instant()),
    lost_at: nullable(instant()),
    last_loss_at: nullable(instant()),
    lost_by: nullable(text<LostBy>(12)),
    detail_at: nullable(instant()),
    known_at: instant(),
  },
  {
    unique: [['external_userid', 'userid']],
    indices: [['userid', 'active', 'external_userid']],
    personal: {
      holds: {
        external_userid: 'customer',
        userid: 'staff',
        remark: 'name',
        description: 'free-text',
        state: 'conduct',
        channel: 'conduct',
      },
      purpose: '谁是哪位导购的好友',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

/** Names under which somebody is known in a shop, said by a person to be this customer's: what is told under them is lent to
 *  the customer, until that turns out to be wrong or WeCom says whose they are. */
export const CUSTOMER_LINK = defineTable(
  'customer_link',
  {
    id: id(),
    external_userid: text(),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    /** Of which shop `shop_user_id` is. */
    source: nullable(text(60)),
    shop_user_id: nullable(text(64)),
    linked_at: instant(),
    by_whom: text(100),
    why: longText(),
    ended_at: nullable(instant()),
    ended_by: nullable(text(100)),
  },
  {
    indices: [['external_userid'], ['given_unionid'], ['phone_hash'], ['shop_user_id']],
    personal: {
      holds: {
        external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
        source: 'none',
        shop_user_id: 'customer',
        by_whom: 'staff',
        why: 'free-text',
        ended_by: 'staff',
      },
      purpose: '人工认定商城里的一个人就是这位客户，认错了可以撤销',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('tells whose an order is, and none comes in a rehearsal'),
  },
)

export const customerTables: Table[] = [CUSTOMER, CUSTOMER_SOURCE, CUSTOMER_PHONE, CUSTOMER_LINK, FOLLOW]
