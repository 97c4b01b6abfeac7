import { id, instant, integer, longText, nullable, primary, text } from '../../core/db/columns.ts'
import { defineTable, leftOut, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import type { Author, Inside, ReleaseWhat } from '../release/release.ts'

export type VersionedKind = 'channel' | 'welcome' | 'pool' | 'script' | 'sop' | 'send' | 'moment' | 'ladder'

/** Somebody may be half-way through an old version. */
export const RULE_VERSION = defineTable(
  'rule_version',
  {
    kind: text<VersionedKind>(20),
    name: text(60),
    version: text(12),
    content: longText(),
    first_seen_at: instant(),
  },
  { unique: [['kind', 'name', 'version']], personal: ofNobody('rules'), snapshot: {} },
)

export const RULE_BOOK = defineTable(
  'rule_book',
  {
    name: primary(text(20)),
    version: text(12),
    content: longText(),
    saved_at: instant(),
  },
  { personal: ofNobody('rules'), snapshot: leftOut('says how the server works, not what is known of customers') },
)

/** The log of what people who enter a journey get. */
export const SOP_RELEASE = defineTable(
  'sop_release',
  {
    id: id(),
    sop: text(40),
    seq: integer(),
    what: text<ReleaseWhat>(12),
    version: text(12),
    stable: nullable(text(12)),
    canary: nullable(text(12)),
    canary_since: nullable(instant()),
    file_version: text(12),
    rollout: nullable(longText()),
    inside: text<Inside>(10),
    at: instant(),
    by_whom: nullable(text(100)),
    by_source: text<Author['source']>(12),
    note: nullable(longText()),
    moved_at: nullable(instant()),
    first_name: nullable(text(60)),
  },
  {
    unique: [['sop', 'seq']],
    personal: {
      holds: {
        sop: 'none',
        version: 'none',
        stable: 'none',
        canary: 'none',
        file_version: 'none',
        rollout: 'none',
        by_whom: 'staff',
        note: 'none',
        first_name: 'none',
      },
      purpose: '谁发布了哪个版本',
      kept: 'standing',
    },
    snapshot: { key: 'id' },
  },
)

export const ruleTables: Table[] = [RULE_VERSION, RULE_BOOK, SOP_RELEASE]
