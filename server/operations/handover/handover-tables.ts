import { flag, id, instant, integer, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type RowOf, type Table } from '../../core/db/define-table.ts'
import type { CustomerState, GroupState } from './handover-states.ts'

export const HANDOVER = defineTable(
  'handover',
  {
    id: id(),
    from_userid: text(),
    departed: flag(),
    message: nullable(longText()),
    wish: longText(),
    created_at: instant(),
  },
  {
    personal: {
      holds: { from_userid: 'staff', message: 'none', wish: 'staff' },
      purpose: '谁的客户交给了谁',
      kept: 'standing',
      mentions: ['wish'],
    },
    snapshot: leftOut('a reading of the platform, which no rehearsal makes'),
  },
)

export const HANDOVER_CUSTOMER = defineTable(
  'handover_customer',
  {
    id: id(),
    handover_id: integer(),
    part: integer(),
    external_userid: text(),
    from_userid: text(),
    to_userid: text(),
    state: text<CustomerState>(12),
    open_customer: nullable(text()),
    // While waiting: the refusal that leaves it open whether WeCom has begun.
    errcode: nullable(integer()),
    reason: nullable(longText()),
    asked_at: nullable(instant()),
    takeover_at: nullable(instant()),
    poll_at: nullable(instant()),
    ended_at: nullable(instant()),
  },
  {
    unique: [['open_customer']],
    indices: [
      ['handover_id', 'part', 'state'],
      ['state', 'poll_at'],
      ['external_userid', 'id'],
      ['from_userid', 'to_userid', 'state'],
    ],
    personal: {
      holds: {
        external_userid: 'customer',
        from_userid: 'staff',
        to_userid: 'staff',
        open_customer: 'customer',
        reason: 'conduct',
      },
      purpose: '客户交接到了哪一步',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('a reading of the platform, which no rehearsal makes'),
  },
)

export const HANDOVER_GROUP = defineTable(
  'handover_group',
  {
    id: id(),
    handover_id: integer(),
    part: integer(),
    chat_id: text(),
    from_userid: text(),
    to_userid: text(),
    state: text<GroupState>(12),
    open_chat: nullable(text()),
    reason: nullable(longText()),
    due_at: instant(),
    ended_at: nullable(instant()),
  },
  {
    unique: [['open_chat']],
    indices: [
      ['handover_id', 'part', 'state'],
      ['to_userid', 'due_at'],
      ['chat_id', 'id'],
    ],
    personal: {
      holds: { chat_id: 'none', from_userid: 'staff', to_userid: 'staff', open_chat: 'none', reason: 'none' },
      purpose: '群交接到了哪一步',
      kept: 'technical',
      since: 'ended_at',
    },
    snapshot: leftOut('a reading of the platform, which no rehearsal makes'),
  },
)

export const UNASSIGNED_CUSTOMER = defineTable(
  'unassigned_customer',
  {
    id: id(),
    userid: text(),
    external_userid: text(),
    left_at: nullable(instant()),
    seen_at: instant(),
  },
  {
    unique: [['userid', 'external_userid']],
    personal: {
      holds: { userid: 'staff', external_userid: 'customer' },
      purpose: '离职成员名下等着分配的客户',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: leftOut('a reading of the platform, which no rehearsal makes'),
  },
)

export type CustomerRow = RowOf<typeof HANDOVER_CUSTOMER>
export type GroupRow = RowOf<typeof HANDOVER_GROUP>

export const handoverTables: Table[] = [HANDOVER, HANDOVER_CUSTOMER, HANDOVER_GROUP, UNASSIGNED_CUSTOMER]
