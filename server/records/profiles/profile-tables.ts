import { id, instant, integer, longText, nullable, primary, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { CUSTOMER_FIELD, type ToldBy } from './field-tables.ts'

export const CUSTOMER_PROFILE = defineTable(
  'customer_profile',
  {
    external_userid: primary(text()),
    birth_year: nullable(integer()),
    birth_month: integer(),
    birth_day: integer(),
    birth_ordinal: integer(),
    told_by: text<ToldBy>(12),
    userid: nullable(text()),
    told_at: instant(),
  },
  {
    indices: [['birth_ordinal']],
    personal: {
      holds: {
        external_userid: 'customer',
        userid: 'staff',
        birth_year: 'trait',
        birth_month: 'trait',
        birth_day: 'trait',
        birth_ordinal: 'trait',
        told_by: 'none',
      },
      purpose: '只用于生日问候和未成年人保护',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'external_userid', of: 'external_userid' },
  },
)

export const PROFILE_WAITING = defineTable(
  'profile_waiting',
  {
    id: id(),
    person_key: text(),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    /** Empty where none was told. */
    birthday: text(10),
    /** JSON: what was told of fields of profile.yaml, as it was told. */
    fields: nullable(longText()),
    told_at: instant(),
  },
  {
    unique: [['person_key']],
    indices: [['given_external_userid'], ['given_unionid'], ['phone_hash']],
    personal: {
      holds: {
        person_key: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
        birthday: 'trait',
        fields: 'trait',
      },
      purpose: '商城先告诉的生日和资料，等认出是哪位客户',
      kept: 'technical',
      since: 'told_at',
    },
    snapshot: leftOut('waits for an unknown person, and nobody becomes known in a rehearsal'),
  },
)

export const profileTables: Table[] = [CUSTOMER_PROFILE, CUSTOMER_FIELD, PROFILE_WAITING]
