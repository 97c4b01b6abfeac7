import { id, instant, integer, longText, nullable, primary, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

/** `member`: somebody at the sidebar. `command`: at the command line. `host`: at the doctor's page. `server`: we ourselves. */
export type ActorKind = 'member' | 'command' | 'host' | 'server'

const PURPOSE = '说得出谁做了什么、谁看了谁'
const LAW = '个人信息保护法第五十四、五十七条：要能查清谁处理过个人信息，所以这一行留着，里面没有这个人'

const NOT_DECIDED_BY = leftOut('says who did what; no decision looks at it')

/** What was done, in the transaction in which it was done; within a second it has its place in the chain. */
export const AUDIT_NOTE = defineTable(
  'audit_note',
  {
    id: id(),
    at: instant(),
    actor: text(100),
    actor_kind: text<ActorKind>(12),
    origin: text(100),
    what: text(60),
    customer: nullable(text()),
    body: longText(),
    once: nullable(text()),
  },
  {
    unique: [['once']],
    indices: [['customer']],
    personal: {
      holds: { actor: 'staff', origin: 'staff', what: 'none', customer: 'customer', body: 'mixed', once: 'none' },
      purpose: PURPOSE,
      kept: 'proof',
      of: 'customer',
      keptByLaw: { why: LAW, emptied: ['customer', 'body'] },
    },
    snapshot: NOT_DECIDED_BY,
  },
)

/** The chain: each row's hash is made of the one before and of all that the row says. Rows are added, never changed. */
export const AUDIT_ENTRY = defineTable(
  'audit_entry',
  {
    seq: primary(integer()),
    at: instant(),
    actor: text(100),
    actor_kind: text<ActorKind>(12),
    origin: text(100),
    what: text(60),
    subject: nullable(text()),
    detail_hash: text(),
    once: nullable(text()),
    prev: text(),
    hash: text(),
    key_id: text(8),
  },
  {
    unique: [['once']],
    indices: [['at'], ['subject']],
    personal: {
      // The subject is a hash under the key of the audit: it leads to nobody without that.
      holds: {
        ...{ actor: 'staff', origin: 'staff', what: 'none', subject: 'conduct', detail_hash: 'none', once: 'none' },
        ...{ prev: 'none', hash: 'none', key_id: 'none' },
      },
      purpose: PURPOSE,
      kept: 'proof',
    },
    snapshot: NOT_DECIDED_BY,
  },
)

/** What a row says of a person. The chain holds its hash only, so that it can be blanked without breaking the chain. */
export const AUDIT_DETAIL = defineTable(
  'audit_detail',
  {
    seq: primary(integer()),
    customer: nullable(text()),
    salt: nullable(text(32)),
    body: nullable(longText()),
  },
  {
    indices: [['customer']],
    personal: {
      holds: { customer: 'customer', salt: 'none', body: 'mixed' },
      purpose: PURPOSE,
      kept: 'proof',
      of: 'customer',
      keptByLaw: { why: LAW, emptied: ['customer', 'salt', 'body'] },
    },
    snapshot: NOT_DECIDED_BY,
  },
)

/** The chain's two ends, sealed: `head` is its last row, `start` the last one that its retention took away. */
export const AUDIT_MARK = defineTable(
  'audit_mark',
  {
    name: primary(text<'head' | 'start'>(10)),
    seq: integer(),
    hash: text(),
    at: instant(),
    key_id: text(8),
    seal: text(),
  },
  { personal: ofNobody('the two ends of the chain'), snapshot: NOT_DECIDED_BY },
)

export const auditTables: Table[] = [AUDIT_NOTE, AUDIT_ENTRY, AUDIT_DETAIL, AUDIT_MARK]
