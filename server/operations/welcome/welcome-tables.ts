import { id, instant, integer, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import type { WelcomeState } from './welcome-state.ts'

export const WELCOME = defineTable(
  'welcome',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    added_at: instant(),
    received_at: instant(),
    code_hash: nullable(text(32)),
    rule: nullable(text(60)),
    version: nullable(text(20)),
    state: text<WelcomeState>(20),
    reason: nullable(longText()),
    left_out: nullable(longText()),
    sent_at: nullable(instant()),
    latency_ms: nullable(integer()),
  },
  {
    unique: [['external_userid', 'userid', 'added_at']],
    indices: [['state', 'added_at']],
    personal: {
      holds: {
        external_userid: 'customer',
        userid: 'staff',
        code_hash: 'none',
        rule: 'conduct',
        version: 'none',
        reason: 'conduct',
        left_out: 'conduct',
      },
      purpose: '欢迎语发了没有、为什么',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const WELCOME_SPARE = defineTable(
  'welcome_spare',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    added_at: instant(),
    code_hash: text(24),
    wanted: longText(),
    kept_at: instant(),
  },
  {
    unique: [['external_userid', 'userid', 'added_at']],
    indices: [['kept_at']],
    personal: {
      holds: { external_userid: 'customer', userid: 'staff', code_hash: 'none', wanted: 'mixed' },
      purpose: '另一个欢迎码备用',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const welcomeTables: Table[] = [WELCOME, WELCOME_SPARE]
