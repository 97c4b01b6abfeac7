import { id, instant, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'

/** `marketing`: that we write to them without being asked. `profiling`: that rules judge them by what they did. */
export type ConsentKind = 'marketing' | 'profiling'
/** What of it: mass sends, journeys, invitations into groups; empty: all of it. */
export const CONSENT_SCOPES = ['', 'sends', 'journeys', 'invites'] as const
export type ConsentScope = (typeof CONSENT_SCOPES)[number]
export type ConsentState = 'given' | 'refused'
/** Whose word it is: the customer's own (a stop word, a form), a guide's or an operator's on their behalf, or the law's for
 *  children under fourteen. `link`: the customer's own, by the link in a message of ours. `word`: by a word said to the
 *  customer service (微信客服). `merged`: of a buyer whom an operator said
 *  to be this customer. */
export type ConsentSource = 'customer' | 'link' | 'word' | 'guide' | 'command' | 'age' | 'merged'

/** Rows are only added: the newest of a customer, kind and scope holds. */
export const CONSENT = defineTable(
  'consent',
  {
    id: id(),
    external_userid: text(),
    kind: text<ConsentKind>(20),
    scope: withDefault(text<ConsentScope>(60), ''),
    state: text<ConsentState>(12),
    source: text<ConsentSource>(20),
    by_whom: nullable(text(100)),
    note: nullable(longText()),
    at: instant(),
    /** Until then; null: until there is another word. */
    until_at: nullable(instant()),
  },
  {
    indices: [['external_userid', 'kind', 'id']],
    personal: {
      holds: {
        external_userid: 'customer',
        kind: 'conduct',
        scope: 'none',
        state: 'conduct',
        by_whom: 'staff',
        note: 'free-text',
      },
      purpose: '客户同意或拒绝过什么、什么时候、谁记的（个人信息保护法第十四、十五、二十四条）',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export type ErasedBy = 'customer' | 'union' | 'phone'

/** Who was erased, by keyed hashes of their names, so that late news does not write them back. */
export const ERASED_NAME = defineTable(
  'erased_name',
  {
    id: id(),
    name_hash: text(),
    named_by: text<ErasedBy>(12),
    erased_at: instant(),
    by_whom: nullable(text(100)),
    /** What was done, in the row of the customer's own name: JSON. */
    receipt: nullable(longText()),
  },
  {
    unique: [['name_hash']],
    personal: {
      holds: { name_hash: 'none', by_whom: 'staff', receipt: 'none' },
      purpose: '证明删除过，恢复备份后再删一次；只有带密钥的摘要，认不出是谁',
      kept: 'proof',
    },
    snapshot: leftOut('a rehearsal knows nobody who was erased'),
  },
)

export const privacyTables: Table[] = [CONSENT, ERASED_NAME]
