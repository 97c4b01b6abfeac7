import { flag, id, instant, integer, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

/** One tag that another program says a customer bears, or bears no more. */
export const TOLD_TAG = defineTable(
  'told_tag',
  {
    id: id(),
    source: text(60),
    change_id: text(100),
    /** 组/名 */
    path: text(201),
    is_on: flag(),
    external_userid: nullable(text()),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    said_at: instant(),
    received_at: instant(),
    /** It is the customer's only because somebody said that they go by these names. */
    lent: withDefault(flag(), 0),
    /** Whether the customer bore the tag before this was said: so it is again when what was lent is taken back. */
    was_on: nullable(flag()),
  },
  {
    unique: [['source', 'change_id', 'path']],
    indices: [['external_userid'], ['received_at'], ['given_external_userid'], ['given_unionid'], ['phone_hash']],
    personal: {
      holds: {
        source: 'none',
        change_id: 'none',
        path: 'conduct',
        is_on: 'conduct',
        external_userid: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
        was_on: 'conduct',
      },
      purpose: '别的系统给客户打的标签；认出是谁以后打上',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

/** At which guides the customer bore the tag before this was said. */
export const TOLD_TAG_BEARER = defineTable(
  'told_tag_bearer',
  { id: id(), told_tag_id: integer(), userid: text() },
  {
    unique: [['told_tag_id', 'userid']],
    indices: [['userid']],
    personal: {
      holds: { userid: 'staff' },
      purpose: '撤销人工合并时，把标签放回原来有它的导购那里',
      kept: 'owner',
      through: { column: 'told_tag_id', table: TOLD_TAG, of: 'external_userid' },
    },
    snapshot: { key: 'id', through: { column: 'told_tag_id', table: TOLD_TAG, of: 'external_userid' } },
  },
)

export const toldTagTables: Table[] = [TOLD_TAG, TOLD_TAG_BEARER]
