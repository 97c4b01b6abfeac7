import { flag, id, instant, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'

export const COMPLAINT = defineTable(
  'complaint',
  {
    id: id(),
    complaint_id: text(100),
    about: longText(),
    external_userid: nullable(text()),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    received_at: instant(),
    announced: withDefault(flag(), 0),
    reminded: withDefault(flag(), 0),
  },
  {
    unique: [['complaint_id']],
    indices: [
      ['external_userid'],
      ['reminded', 'received_at'],
      ['given_external_userid'],
      ['given_unionid'],
      ['phone_hash'],
    ],
    personal: {
      holds: {
        complaint_id: 'none',
        about: 'free-text',
        external_userid: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
      },
      purpose: '客户投诉了什么',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const complaintTables: Table[] = [COMPLAINT]
