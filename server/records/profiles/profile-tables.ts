import { id, instant, integer, nullable, primary, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

export type ToldBy = 'shop' | 'guide'

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
  { indices: [['birth_ordinal']], snapshot: { key: 'external_userid', of: 'external_userid' } },
)

export const PROFILE_WAITING = defineTable(
  'profile_waiting',
  {
    id: id(),
    person_key: text(),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    birthday: text(10),
    told_at: instant(),
  },
  {
    unique: [['person_key']],
    indices: [['given_external_userid'], ['given_unionid'], ['phone_hash']],
    snapshot: leftOut('waits for an unknown person, and nobody becomes known in a rehearsal'),
  },
)

export const profileTables: Table[] = [CUSTOMER_PROFILE, PROFILE_WAITING]
