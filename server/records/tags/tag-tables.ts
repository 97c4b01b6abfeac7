import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from '../../core/db/columns.ts'
import { defineTable, type Table } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'

/** Who put a tag on: a rule of ours, a guide in the sidebar, somebody in WeCom itself. */
export type TagSetBy = 'rule' | 'guide' | 'wecom'

export const CORP_TAG = defineTable(
  'corp_tag',
  {
    tag_id: primary(text()),
    group_id: text(),
    group_name: text(100),
    tag_name: text(100),
    path: text(201),
    group_sort: withDefault(integer(), 0),
    tag_sort: withDefault(integer(), 0),
    ours: withDefault(flag(), 0),
    seen_at: instant(),
    gone_at: nullable(instant()),
    strategy_id: nullable(integer()),
  },
  { indices: [['group_id'], ['path']], personal: ofNobody('tags of the corp'), snapshot: { key: 'tag_id' } },
)

export const FOLLOW_TAG = defineTable(
  'follow_tag',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    tag_id: text(),
    set_by: text<TagSetBy>(20),
    set_reason: nullable(longText()),
    set_at: instant(),
  },
  {
    unique: [['external_userid', 'userid', 'tag_id']],
    indices: [
      ['userid', 'tag_id', 'external_userid'],
      ['tag_id', 'external_userid'],
    ],
    personal: {
      holds: {
        external_userid: 'customer',
        userid: 'staff',
        tag_id: 'conduct',
        set_by: 'conduct',
        set_reason: 'conduct',
      },
      purpose: '客户的标签，谁打的、为什么',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const FOLLOW_TAG_STATE = defineTable(
  'follow_tag_state',
  {
    id: id(),
    external_userid: text(),
    userid: text(),
    pending: withDefault(integer(), 0),
    wants_refresh: withDefault(flag(), 0),
    marked_at: nullable(instant()),
  },
  {
    unique: [['external_userid', 'userid']],
    personal: {
      holds: { external_userid: 'customer', userid: 'staff' },
      purpose: '标签改到哪一步',
      kept: 'customer',
      of: 'external_userid',
    },
    snapshot: { key: 'id', of: 'external_userid' },
  },
)

export const tagTables: Table[] = [CORP_TAG, FOLLOW_TAG, FOLLOW_TAG_STATE]
