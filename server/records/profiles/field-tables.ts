import { id, instant, integer, nullable, text } from '../../core/db/columns.ts'
import { defineTable } from '../../core/db/define-table.ts'
import type { ProfileField } from '../../rules/schema/profile-rules.ts'

/** Who told it. */
export type ToldBy = 'shop' | 'guide'

/** A value of a field of profile.yaml, as it was declared when it was told; a choice of several has a row each. */
export const CUSTOMER_FIELD = defineTable(
  'customer_field',
  {
    id: id(),
    external_userid: text(),
    field: text(40),
    /** 0, and on with the further ones of a choice of several. */
    place: integer(),
    kind: text<ProfileField['type']>(10),
    /** In words, whatever its kind: `4`, `2026-05-20`, `烤箱`. */
    body: text(190),
    /** The number; of a date the days since 1970-01-01. */
    num: nullable(integer()),
    told_by: text<ToldBy>(12),
    userid: nullable(text()),
    told_at: instant(),
  },
  {
    unique: [['external_userid', 'field', 'place']],
    personal: {
      holds: {
        external_userid: 'customer',
        userid: 'staff',
        field: 'none',
        kind: 'none',
        body: 'trait',
        num: 'trait',
        told_by: 'none',
      },
      purpose: '店里自己定的客户资料，服务和挑人用',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)
