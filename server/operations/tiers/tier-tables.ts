import { flag, id, instant, integer, longText, nullable, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
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
    personal: {
      holds: { external_userid: 'customer', ladder: 'conduct', path: 'conduct', version: 'none', reason: 'conduct' },
      purpose: '客户在哪一层',
      kept: 'customer',
      of: 'external_userid',
    },
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
    /** JSON: the row of customer_tier before this move, to which it can be put back; null: there was none, or nobody kept it. */
    former: nullable(longText()),
    /** It was put back since, and is history only. */
    undone: withDefault(flag(), 0),
  },
  {
    unique: [['move_key']],
    indices: [['external_userid', 'ladder', 'id']],
    personal: {
      holds: {
        move_key: 'conduct',
        external_userid: 'customer',
        ladder: 'conduct',
        from_level: 'conduct',
        to_level: 'conduct',
        version: 'none',
        reason: 'conduct',
        former: 'conduct',
      },
      purpose: '分层怎么变的、为什么',
      kept: 'customer',
      of: 'external_userid',
    },
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
    personal: {
      holds: {
        external_userid: 'customer',
        ladder: 'conduct',
        from_level: 'conduct',
        to_level: 'conduct',
        open_slot: 'conduct',
        to_userid: 'staff',
        task_key: 'conduct',
        version: 'none',
        reason: 'conduct',
        outcome: 'conduct',
      },
      purpose: '建议的分层变动',
      kept: 'customer',
      of: 'external_userid',
    },
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
    personal: {
      holds: { external_userid: 'customer', ladder: 'conduct', level: 'conduct', userid: 'staff' },
      purpose: '这一层由谁负责',
      kept: 'customer',
      of: 'external_userid',
    },
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
  { unique: [['ladder']], personal: ofNobody('how far the moves of a night are'), snapshot: { key: 'id' } },
)

export const TIER_POOL = defineTable(
  'tier_pool',
  {
    id: id(),
    ladder: text(40),
    level: text(20),
    // Written by whoever gives places: a lock alone is not seen by another node until it is too late.
    turns: withDefault(integer(), 0),
  },
  { unique: [['ladder', 'level']], personal: ofNobody('ladders that were seen'), snapshot: {} },
)

export const tierTables: Table[] = [CUSTOMER_TIER, TIER_MOVE, TIER_PROPOSAL, TIER_SEAT, TIER_RUN, TIER_POOL]
