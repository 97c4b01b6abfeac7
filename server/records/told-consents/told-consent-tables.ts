import { flag, id, instant, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import type { ConsentKind, ConsentScope, ConsentState } from '../privacy/privacy-tables.ts'

/** What another program says that a customer allows or refuses, until it stands in the ledger of consents. */
export const TOLD_CONSENT = defineTable(
  'told_consent',
  {
    id: id(),
    consent_id: text(100),
    kind: text<ConsentKind>(20),
    scope: withDefault(text<ConsentScope>(60), ''),
    state: text<ConsentState>(12),
    until_at: nullable(instant()),
    external_userid: nullable(text()),
    given_external_userid: nullable(text()),
    given_unionid: nullable(text()),
    phone_hash: nullable(text()),
    said_at: instant(),
    received_at: instant(),
    /** It is the customer's only because somebody said that they go by these names. */
    lent: withDefault(flag(), 0),
  },
  {
    unique: [['consent_id']],
    indices: [['external_userid'], ['received_at'], ['given_external_userid'], ['given_unionid'], ['phone_hash']],
    personal: {
      holds: {
        consent_id: 'none',
        kind: 'conduct',
        scope: 'none',
        state: 'conduct',
        external_userid: 'customer',
        given_external_userid: 'customer',
        given_unionid: 'union-id',
        phone_hash: 'phone',
      },
      purpose: '别的系统说客户同意或拒绝过什么；认出是谁以后记进同意台账',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const toldConsentTables: Table[] = [TOLD_CONSENT]
