import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

export const CHAT_GROUP = defineTable(
  'chat_group',
  {
    chat_id: primary(text()),
    name: nullable(longText()),
    owner: nullable(text()),
    notice: nullable(longText()),
    pool: nullable(text(40)),
    created_at: nullable(instant()),
    dismissed_at: nullable(instant()),
    member_version: nullable(text()),
    member_count: withDefault(integer(), 0),
    known_at: instant(),
    detail_at: nullable(instant()),
    listed_at: nullable(instant()),
    changes_heard: withDefault(integer(), 0),
    changes_covered: withDefault(integer(), 0),
    refresh_open: withDefault(flag(), 0),
    expected_version: nullable(text()),
    former_version: nullable(text()),
    expected_at: nullable(instant()),
    lag_checks: withDefault(integer(), 0),
    // When it came into its pool, as far as that is known.
    pool_since: nullable(instant()),
    // The pool that changed rules took it out of, and since when it had been in it: when they bring it back it has been there all along.
    former_pool: nullable(text(40)),
    former_pool_since: nullable(instant()),
  },
  {
    indices: [['pool'], ['detail_at']],
    personal: {
      holds: {
        chat_id: 'none',
        name: 'none',
        owner: 'staff',
        notice: 'none',
        pool: 'none',
        former_pool: 'none',
        member_version: 'none',
        expected_version: 'none',
        former_version: 'none',
      },
      purpose: '客户群和群主',
      kept: 'standing',
    },
    snapshot: { key: 'chat_id' },
  },
)

export const CHAT_MEMBER = defineTable(
  'chat_member',
  {
    id: id(),
    chat_id: text(),
    member_id: text(),
    member_type: integer(),
    name: nullable(longText()),
    join_scene: nullable(integer()),
    state: nullable(text()),
    invitor: nullable(text()),
    joined_at: instant(),
    left_at: nullable(instant()),
    quit_scene: nullable(integer()),
    quit_at: nullable(instant()),
  },
  {
    unique: [['chat_id', 'member_id']],
    indices: [['member_id', 'left_at']],
    personal: {
      holds: { chat_id: 'none', member_id: 'customer', name: 'name', state: 'conduct', invitor: 'customer' },
      purpose: '谁在哪个群',
      kept: 'customer',
      of: 'member_id',
      mentions: ['invitor'],
    },
    snapshot: { key: 'id', of: 'member_id' },
  },
)

export const JOIN_WAY = defineTable(
  'join_way',
  {
    pool: primary(text(40)),
    state: text(30),
    config_id: nullable(text()),
    qr_code: nullable(longText()),
    live_as: nullable(longText()),
    open_key: nullable(text(120)),
    plans: withDefault(integer(), 0),
    trouble: nullable(longText()),
    trouble_at: nullable(instant()),
    created_at: instant(),
    changed_at: instant(),
  },
  { unique: [['state']], personal: ofNobody('ways into groups'), snapshot: { key: 'pool' } },
)

/** What ops call a group besides; WeCom knows nothing of it. */
export const GROUP_TAG = defineTable(
  'group_tag',
  { id: id(), chat_id: text(), tag: text(40), set_at: instant() },
  { unique: [['chat_id', 'tag']], personal: ofNobody('tags of groups'), snapshot: { key: 'id' } },
)

/** What a group SOP has given to which group, however often its day is changed. */
export const GROUP_STEP = defineTable(
  'group_step',
  {
    id: id(),
    // 群 SOP·步骤
    step: text(60),
    chat_id: text(),
    given_at: instant(),
    // The run that brings it, of a send.
    run_id: nullable(integer()),
  },
  { unique: [['step', 'chat_id']], personal: ofNobody('what groups have had'), snapshot: { key: 'id' } },
)

export const groupTables: Table[] = [CHAT_GROUP, CHAT_MEMBER, JOIN_WAY, GROUP_TAG, GROUP_STEP]
