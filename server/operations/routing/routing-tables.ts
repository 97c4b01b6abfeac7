import { flag, id, instant, longText, nullable, text } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import type { InvitationState, InvitedBy } from './invitation-states.ts'

export const INVITATION = defineTable(
  'invitation',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    pool: text(40),
    reason_key: text(190),
    open_slot: nullable(text(120)),
    state: text<InvitationState>(12),
    invited_by: text<InvitedBy>(12),
    task_key: nullable(text(190)),
    reason: longText(),
    opened_at: instant(),
    lapse_at: instant(),
    check_at: nullable(instant()),
    closed_at: nullable(instant()),
    chat_id: nullable(text()),
    close_note: nullable(longText()),
  },
  {
    unique: [['reason_key'], ['open_slot']],
    indices: [['external_userid', 'id'], ['state', 'lapse_at'], ['state', 'pool', 'id'], ['check_at']],
    personal: {
      holds: {
        external_userid: 'customer',
        userid: 'staff',
        pool: 'conduct',
        reason_key: 'conduct',
        open_slot: 'conduct',
        task_key: 'conduct',
        reason: 'conduct',
        chat_id: 'none',
        close_note: 'conduct',
      },
      purpose: '邀请谁进哪个群',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const POOL_STANDING = defineTable(
  'pool_standing',
  {
    id: id(),
    external_userid: text(),
    pool: text(40),
    meets: flag(),
    reviewed_at: instant(),
  },
  {
    unique: [['external_userid', 'pool']],
    personal: {
      holds: { external_userid: 'customer', pool: 'conduct' },
      purpose: '还合不合群的条件',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const routingTables: Table[] = [INVITATION, POOL_STANDING]
