import { contains } from '../../core/db/contains.ts'
import { alias } from '../../core/db/define-table.ts'
import { list, pick, type Sql, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { isPair } from '../customers/is-pair.ts'
import { CORP_TAG, FOLLOW_TAG, type TagSetBy } from './tag-tables.ts'

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

const t = alias(CORP_TAG, 't')
const f = alias(FOLLOW_TAG, 'f')
const TAG = select({ tagId: t.tag_id, group: t.group_name, name: t.tag_name, path: t.path })
const SET = select({ userId: f.userid, setBy: f.set_by, reason: f.set_reason, setAtMs: f.set_at })

/** As WeCom shows them: larger order first. */
const SHOWN_ORDER = sql`${t.group_sort} DESC, ${t.group_name}, ${t.tag_sort} DESC, ${t.tag_name}`

export const tagQueries = {
  /** A subselect: whom this guide sees with a tag in whose 组/名 these words stand. */
  idsByWords: (userId: string, tagWords: string): Sql =>
    sql`SELECT ${f.external_userid} FROM ${f} JOIN ${t} ON ${t.tag_id} = ${f.tag_id} AND ${t.gone_at} IS NULL
        WHERE ${f.userid} = ${userId} AND ${contains(t.path, tagWords)}`,
  /** Which those are, by customer. */
  byWords: async (
    tx: Tx,
    { userId, externalUserIds, tagWords }: { userId: string; externalUserIds: readonly string[]; tagWords: string },
  ): Promise<Map<string, string[]>> => {
    if (externalUserIds.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${select({ id: f.external_userid, path: t.path })} FROM ${f}
          JOIN ${t} ON ${t.tag_id} = ${f.tag_id} AND ${t.gone_at} IS NULL
          WHERE ${f.userid} = ${userId} AND ${f.external_userid} IN ${list([...externalUserIds])}
            AND ${contains(t.path, tagWords)} ORDER BY ${t.path}`,
    )
    return new Map([...groupBy(rows, ({ id }) => id)].map(([id, ofId]) => [id, ofId.map(({ path }) => path)]))
  },
  /** 组/名 by tag id; tags that are not known are left out. */
  pathsOf: async (tx: Tx, tagIds: readonly string[]): Promise<Map<string, string>> => {
    if (tagIds.length === 0) return new Map()
    const rows = await tx.rows(sql`SELECT ${pick(t, 'tag_id', 'path')} FROM ${t} WHERE ${t.tag_id} IN ${list(tagIds)}`)
    return new Map(rows.map((row) => [row.tag_id, row.path]))
  },
  /** The tags of one customer, all guides together or at one guide. */
  ofCustomer: async (tx: Tx, externalUserId: string, userId?: string): Promise<SetTag[]> => {
    const isWhose =
      userId === undefined ? sql`${f.external_userid} = ${externalUserId}` : isPair(f, { externalUserId, userId })
    const rows = await tx.rows(
      sql`SELECT ${TAG}, ${SET} FROM ${f} JOIN ${t} ON ${t.tag_id} = ${f.tag_id} AND ${t.gone_at} IS NULL
          WHERE ${isWhose} ORDER BY ${SHOWN_ORDER}, ${f.id}`,
    )
    return rows.map((row) => ({
      ...row,
      reason: row.reason === null ? undefined : (JSON.parse(row.reason) as Reason),
    }))
  },
  /** All corp tags that we may put on, grouped, as WeCom shows them; none of strategies. */
  library: async (tx: Tx): Promise<{ group: string; tags: CorpTag[] }[]> => {
    const rows = await tx.rows(
      sql`SELECT ${TAG} FROM ${t} WHERE ${t.gone_at} IS NULL AND ${t.strategy_id} IS NULL ORDER BY ${SHOWN_ORDER}`,
    )
    return [...groupBy(rows, (tag) => tag.group)].map(([group, tags]) => ({ group, tags }))
  },
  /** Corp tags that we may put on, by 组/名; names that WeCom does not know and those of strategies are left out. */
  byPath: async (tx: Tx, paths: string[]): Promise<Map<string, CorpTag>> => {
    if (paths.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${TAG} FROM ${t} WHERE ${t.gone_at} IS NULL AND ${t.strategy_id} IS NULL AND ${t.path} IN ${list(paths)}
          ORDER BY ${t.tag_id} DESC`,
    )
    return new Map(rows.map((tag) => [tag.path, tag]))
  },
  /** Who has this tag (组/名) at this guide, by external_userid. */
  customersWith: async (tx: Tx, userId: string, path: string): Promise<Set<string>> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(f, 'external_userid')} FROM ${f}
          JOIN ${t} ON ${t.tag_id} = ${f.tag_id} AND ${t.gone_at} IS NULL
          WHERE ${f.userid} = ${userId} AND ${t.path} = ${path}`,
    )
    return new Set(rows.map((row) => row.external_userid))
  },
}
