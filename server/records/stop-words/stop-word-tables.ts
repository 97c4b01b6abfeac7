import { id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import type { ConsentScope } from '../privacy/privacy-tables.ts'

/** Up to where each account of the customer service (微信客服) is read. */
export const SERVICE_ACCOUNT = defineTable(
  'service_account',
  {
    id: id(),
    open_kfid: text(),
    /** Of the next page; null: nothing was read yet. */
    read_up_to: nullable(longText()),
    /** Of the newest callback, and how long it is good. */
    token: nullable(longText()),
    token_until: nullable(instant()),
    /** Null: nobody listens to it any more. */
    read_due_at: nullable(instant()),
    /** Callbacks so far: one that comes while a read is under way is not over with it. */
    heard: withDefault(integer(), 0),
    read_at: nullable(instant()),
    /** Why it could not be read the last time, one Chinese sentence. */
    trouble: nullable(longText()),
  },
  {
    unique: [['open_kfid']],
    indices: [['read_due_at']],
    personal: { nobody: '客服账号读到哪里，没有客户的东西' },
    snapshot: leftOut('a rehearsal reads no messages'),
  },
)

/** A word that somebody said to an account; nothing else of what is said there is kept. */
export const STOP_WORD = defineTable(
  'stop_word',
  {
    id: id(),
    /** Of the platform: each message counts once. */
    msgid: text(),
    open_kfid: text(),
    external_userid: text(),
    means: text<'stop' | 'again'>(8),
    scope: withDefault(text<ConsentScope>(60), ''),
    until_at: nullable(instant()),
    said_at: instant(),
    received_at: instant(),
    /** When it went into the ledger of consents; null: we do not know this person yet. */
    settled_at: nullable(instant()),
  },
  {
    unique: [['msgid']],
    indices: [['external_userid'], ['settled_at'], ['received_at']],
    personal: {
      holds: { msgid: 'none', open_kfid: 'none', external_userid: 'customer', means: 'conduct', scope: 'none' },
      purpose: '客户在微信客服里说了退订还是恢复，每条只算一次；还不认识的人，认识以后记进同意台账',
      kept: 'technical',
      since: 'received_at',
      of: 'external_userid',
    },
    snapshot: leftOut('a rehearsal reads no messages; what was said stands in the ledger of consents'),
  },
)

export const stopWordTables: Table[] = [SERVICE_ACCOUNT, STOP_WORD]
