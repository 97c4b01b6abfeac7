import { id, instant, integer, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import type { MovedBy, ProposalKind, ProposalState } from './tier-states.ts'

export const CUSTOMER_TIER = defineTable(
  'customer_tier',
  {
    id: id(),
    external_userid: text(),
    ladder: text(40),
    path: text(61),
    since: instant(),
    held_from: nullable(instant()),
    entitled_until: nullable(instant()),
    version: text(12),
    reason: longText(),
  },
  {
    unique: [['external_userid', 'ladder']],
    indices: [['path', 'external_userid']],
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const TIER_MOVE = defineTable(
  'tier_move',
  {
    id: id(),
    move_key: nullable(text(190)),
    external_userid: text(),
    ladder: text(40),
    from_level: nullable(text(20)),
    to_level: text(20),
    moved_by: text<MovedBy>(12),
    version: text(12),
    reason: longText(),
    moved_at: instant(),
  },
  {
    unique: [['move_key']],
    indices: [['external_userid', 'ladder', 'id']],
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const TIER_PROPOSAL = defineTable(
  'tier_proposal',
  {
    id: id(),
    kind: text<ProposalKind>(12),
    external_userid: text(),
    ladder: text(40),
    from_level: text(20),
    to_level: text(20),
    state: text<ProposalState>(12),
    open_slot: nullable(text(120)),
    to_userid: nullable(text()),
    task_key: nullable(text(190)),
    handover_id: nullable(integer()),
    version: text(12),
    reason: longText(),
    outcome: nullable(longText()),
    proposed_at: instant(),
    settled_at: nullable(instant()),
  },
  {
    unique: [['open_slot']],
    indices: [['state', 'id'], ['external_userid', 'id'], ['task_key']],
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const TIER_SEAT = defineTable(
  'tier_seat',
  {
    id: id(),
    external_userid: text(),
    ladder: text(40),
    level: text(20),
    userid: text(),
  },
  {
    unique: [['external_userid', 'ladder']],
    indices: [['ladder', 'level', 'userid'], ['userid']],
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const TIER_RUN = defineTable(
  'tier_run',
  {
    id: id(),
    ladder: text(40),
    due_at: instant(),
    after_userid: text(),
  },
  { unique: [['ladder']], snapshot: { key: 'id' } },
)

export const TIER_POOL = defineTable(
  'tier_pool',
  {
    id: id(),
    ladder: text(40),
    level: text(20),
  },
  { unique: [['ladder', 'level']], snapshot: {} },
)

export const tierTables: Table[] = [CUSTOMER_TIER, TIER_MOVE, TIER_PROPOSAL, TIER_SEAT, TIER_RUN, TIER_POOL]
