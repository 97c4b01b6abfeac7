import { id, instant, integer, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import type { TouchKind } from '../../records/touches/touch-tables.ts'
import type { CreditRule } from '../../rules/schema/credit-rules.ts'

/** Whose an order is: decided when it was paid, and not again when friends, stores or rules change. An order that no rule gave
 *  to anybody has no row. */
export const ORDER_CREDIT = defineTable(
  'order_credit',
  {
    id: id(),
    shop_order_id: integer(),
    /** Whose order it was then: another customer's order is decided anew. */
    external_userid: text(),
    userid: nullable(text()),
    /** The guide's department of that day, WeCom's number: the store. */
    department: nullable(integer()),
    /** By which code the customer came to this guide; to anybody, where it is no guide's. */
    channel: nullable(text(60)),
    /** The contact that earned it. */
    touch: nullable(text<TouchKind>(12)),
    about: nullable(text(120)),
    /** What the rule asked for that decided; `hand`: a person gave it. */
    decided_by: text<CreditRule['to'] | 'hand'>(12),
    decided_at: instant(),
    /** The operator who gave it. */
    given_by: nullable(text(64)),
    why: nullable(longText()),
  },
  {
    unique: [['shop_order_id']],
    indices: [['userid'], ['external_userid']],
    personal: {
      holds: {
        external_userid: 'customer',
        userid: 'staff',
        channel: 'conduct',
        touch: 'conduct',
        decided_by: 'none',
        about: 'none',
        given_by: 'staff',
        why: 'free-text',
      },
      purpose: '一单算谁的业绩',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('no rule asks whose an order is'),
  },
)

export const creditTables: Table[] = [ORDER_CREDIT]
