import { flag, id, instant, integer, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

/** `asked`: on its way. `nobody`: the shop does not know the customer yet; it is tried again. `stuck`: its action is a dead letter, and
 *  for certain it has not been given; who retries that has it given. `unsure`: nobody knows whether it was
 *  given; a person looks. `lapsed`: its time was over, or it is no longer wanted. */
export type GrantState = 'asked' | 'nobody' | 'stuck' | 'given' | 'refused' | 'unsure' | 'lapsed'

/** What rules give customers at their shops. */
export const SHOP_GRANT = defineTable(
  'shop_grant',
  {
    id: id(),
    /** Once per reason. */
    grant_key: text(190),
    external_userid: text(),
    /** The customer's guide when it was asked for. */
    userid: text(),
    /** `id` of the shop's rule. */
    shop: text(30),
    /** The shop's number of the coupon; null: points. */
    coupon: nullable(text(32)),
    points: nullable(integer()),
    /** What people call it. */
    name: text(40),
    state: text<GrantState>(8),
    asked_at: instant(),
    lapses_at: instant(),
    /** How often the customer was looked for at the shop. */
    looks: integer(),
    /** The guide gets a to-do while the shop does not know the customer. */
    asks_guide: flag(),
    /** To whom at the shop it was first tried to be given. */
    member: nullable(text(64)),
    /** What they had of it before that. */
    held_before: nullable(text(64)),
    /** When the shop was asked last, or was about to be. */
    tried_at: nullable(instant()),
    ended_at: nullable(instant()),
    /** Why it was not given, or not yet; Chinese. */
    why: nullable(longText()),
    /** Reason as JSON. */
    reason: longText(),
  },
  {
    unique: [['grant_key']],
    indices: [['external_userid', 'state'], ['state', 'shop'], ['member']],
    personal: {
      holds: {
        grant_key: 'conduct',
        external_userid: 'customer',
        userid: 'staff',
        shop: 'none',
        coupon: 'none',
        name: 'none',
        state: 'conduct',
        member: 'customer',
        held_before: 'purchase',
        why: 'conduct',
        reason: 'conduct',
      },
      purpose: '给客户发了哪些券和积分，发成了没有，不重复发',
      kept: 'customer',
      of: 'external_userid',
      mentions: ['reason'],
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const grantTables: Table[] = [SHOP_GRANT]
