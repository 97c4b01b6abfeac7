import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'

/** Who put a tag on: a rule of ours, a guide in the sidebar, somebody in WeCom itself. */
export type TagSetBy = 'rule' | 'guide' | 'wecom'

export interface CorpTag {
  tagId: string
  group: string
  name: string
  /** 组/名 */
  path: string
}

export interface SetTag extends CorpTag {
  userId: string
  setBy: TagSetBy
  reason: Reason | undefined
  setAtMs: number
}

interface StoredTag {
  tag_id: string
  group_name: string
  tag_name: string
  path: string
}

interface StoredSetTag extends StoredTag {
  userid: string
  set_by: TagSetBy
  set_reason: string | null
  set_at: number
}

const toTag = (row: StoredTag): CorpTag => ({
  tagId: row.tag_id,
  group: row.group_name,
  name: row.tag_name,
  path: row.path,
})

const toSetTag = (row: StoredSetTag): SetTag => ({
  ...toTag(row),
  userId: row.userid,
  setBy: row.set_by,
  reason: row.set_reason === null ? undefined : (JSON.parse(row.set_reason) as Reason),
  setAtMs: row.set_at,
})

/** As WeCom shows them: larger order first. */
const SHOWN_ORDER = 'group_sort DESC, group_name, tag_sort DESC, tag_name'

export const tagQueries = {
  /** 组/名 by tag id; tags that are not known are left out. */
  pathsOf: async (tx: Tx, tagIds: readonly string[]): Promise<Map<string, string>> => {
    if (tagIds.length === 0) return new Map()
    const rows = await tx.rows<{ tag_id: string; path: string }>(
      `SELECT tag_id, path FROM corp_tag WHERE tag_id IN (${tagIds.map(() => '?').join(', ')})`,
      [...tagIds],
    )
    return new Map(rows.map((row) => [row.tag_id, row.path]))
  },
  /** The tags of one customer, all guides together or at one guide. */
  ofCustomer: async (tx: Tx, externalUserId: string, userId?: string): Promise<SetTag[]> => {
    const atGuide = userId === undefined ? '' : 'AND f.userid = ?'
    const rows = await tx.rows<StoredSetTag>(
      `SELECT t.tag_id AS tag_id, t.group_name AS group_name, t.tag_name AS tag_name, t.path AS path,
              f.userid AS userid, f.set_by AS set_by, f.set_reason AS set_reason, f.set_at AS set_at
       FROM follow_tag f JOIN corp_tag t ON t.tag_id = f.tag_id AND t.gone_at IS NULL
       WHERE f.external_userid = ? ${atGuide} ORDER BY ${SHOWN_ORDER}, f.id`,
      userId === undefined ? [externalUserId] : [externalUserId, userId],
    )
    return rows.map(toSetTag)
  },
  /** All corp tags that we may put on, grouped, as WeCom shows them; none of strategies. */
  library: async (tx: Tx): Promise<{ group: string; tags: CorpTag[] }[]> => {
    const rows = await tx.rows<StoredTag>(
      `SELECT tag_id, group_name, tag_name, path FROM corp_tag
       WHERE gone_at IS NULL AND strategy_id IS NULL ORDER BY ${SHOWN_ORDER}`,
    )
    const groups = new Map<string, CorpTag[]>()
    for (const tag of rows.map(toTag)) {
      const tags = groups.get(tag.group) ?? []
      groups.set(tag.group, [...tags, tag])
    }
    return [...groups].map(([group, tags]) => ({ group, tags }))
  },
  /** Corp tags that we may put on, by 组/名; names that WeCom does not know and those of strategies are left out. */
  byPath: async (tx: Tx, paths: string[]): Promise<Map<string, CorpTag>> => {
    if (paths.length === 0) return new Map()
    const rows = await tx.rows<StoredTag>(
      `SELECT tag_id, group_name, tag_name, path FROM corp_tag
       WHERE gone_at IS NULL AND strategy_id IS NULL AND path IN (${paths.map(() => '?').join(', ')}) ORDER BY tag_id DESC`,
      paths,
    )
    return new Map(rows.map((row) => [row.path, toTag(row)]))
  },
  /** Who has this tag (组/名) at this guide, by external_userid. */
  customersWith: async (tx: Tx, userId: string, path: string): Promise<Set<string>> => {
    const rows = await tx.rows<{ external_userid: string }>(
      `SELECT f.external_userid AS external_userid FROM follow_tag f
       JOIN corp_tag t ON t.tag_id = f.tag_id AND t.gone_at IS NULL WHERE f.userid = ? AND t.path = ?`,
      [userId, path],
    )
    return new Set(rows.map((row) => row.external_userid))
  },
}
