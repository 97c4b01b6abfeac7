import { alias } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { every, list, pick, type Selected, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { CHAT_GROUP, CHAT_MEMBER } from './group-tables.ts'
import { groupTagsOf } from './group-tags.ts'

export interface Group {
  chatId: string
  /** May be empty: WeCom names a group only when somebody did. */
  name: string
  owner: string | undefined
  pool: string | undefined
  /** With staff. */
  memberCount: number
  createdAtMs: number | undefined
  /** Undefined: in none, or in it since before that was written down. */
  poolSinceMs: number | undefined
  tags: readonly string[]
}

export interface GroupOfCustomer {
  chatId: string
  name: string
  pool: string | undefined
  /** userid of the group's owner. */
  owner: string | undefined
  joinedAtMs: number
}

/** Somebody who is in a group now. */
export interface GroupMember {
  /** userid of staff, external_userid of everybody else. */
  memberId: string
  isStaff: boolean
  /** As in the group; undefined while unknown. */
  name: string | undefined
  joinedAtMs: number
  /** WeCom's join_scene: 1 invited, 2 by link, 3 by QR code. */
  joinScene: number | undefined
}

const g = alias(CHAT_GROUP, 'g')
const m = alias(CHAT_MEMBER, 'm')
const GROUP = pick(g, 'chat_id', 'name', 'owner', 'pool', 'member_count', 'created_at', 'pool_since')

const toGroup = (row: Selected<typeof GROUP>, tags: readonly string[]): Group => ({
  chatId: row.chat_id,
  name: row.name ?? '',
  owner: row.owner ?? undefined,
  pool: row.pool ?? undefined,
  memberCount: row.member_count,
  createdAtMs: row.created_at ?? undefined,
  poolSinceMs: row.pool_since ?? undefined,
  tags,
})

async function withTags(tx: ReadTx, rows: Selected<typeof GROUP>[]): Promise<Group[]> {
  const tags = await groupTagsOf(
    tx,
    rows.map((row) => row.chat_id),
  )
  return rows.map((row) => toGroup(row, tags.get(row.chat_id) ?? []))
}

/** WeCom's member type of the corp's own people. */
const STAFF = 1
const STANDING = sql`${g.dismissed_at} IS NULL AND ${m.left_at} IS NULL AND ${m.member_type} = 2`
const JOINED = sql`${m} JOIN ${g} ON ${g.chat_id} = ${m.chat_id}`
const OLDEST_FIRST = sql`ORDER BY ${g.created_at}, ${g.chat_id}`

/** Standing groups, oldest first; `where` narrows them. */
const standing = async (tx: ReadTx, where: Sql[] = []): Promise<Group[]> => {
  const isWanted = every([sql`${g.dismissed_at} IS NULL`, ...where])
  return withTags(tx, await tx.rows(sql`SELECT ${GROUP} FROM ${g} WHERE ${isWanted} ${OLDEST_FIRST}`))
}

export const groupQueries = {
  /** One that stands; undefined: dismissed, or never heard of. */
  get: async (tx: Tx, chatId: string): Promise<Group | undefined> =>
    (await standing(tx, [sql`${g.chat_id} = ${chatId}`]))[0],
  /** Everybody who is in it now, staff included, the oldest membership first. At most 500: WeCom lets no more in. */
  membersOf: async (tx: Tx, chatId: string): Promise<GroupMember[]> => {
    const member = pick(m, 'member_id', 'member_type', 'name', 'joined_at', 'join_scene')
    const rows = await tx.rows(
      sql`SELECT ${member} FROM ${m} WHERE ${m.chat_id} = ${chatId} AND ${m.left_at} IS NULL
          ORDER BY ${m.joined_at}, ${m.id}`,
    )
    return rows.map((row) => ({
      memberId: row.member_id,
      isStaff: row.member_type === STAFF,
      name: row.name ?? undefined,
      joinedAtMs: row.joined_at,
      joinScene: row.join_scene ?? undefined,
    }))
  },
  /** In which pools' groups these customers are now, each with the names of its groups, the oldest membership first. */
  poolsOf: async (
    tx: Tx,
    externalUserIds: string[],
  ): Promise<Map<string, { pool: string; chatId: string; name: string }[]>> => {
    const place = select({ id: m.member_id, pool: g.pool, chatId: g.chat_id, name: g.name })
    const rows = await eachChunk(externalUserIds, (part) =>
      tx.rows(
        sql`SELECT ${place} FROM ${JOINED} WHERE ${g.pool} IS NOT NULL AND ${STANDING} AND ${m.member_id} IN ${list(part)}
            ORDER BY ${m.joined_at}, ${m.id}`,
      ),
    )
    const placeOf = ({ pool, chatId, name }: (typeof rows)[number]) => ({ pool: pool ?? '', chatId, name: name ?? '' })
    return new Map([...groupBy(rows, ({ id }) => id)].map(([id, own]) => [id, own.map(placeOf)]))
  },
  /** All groups that stand, oldest first. */
  all: (tx: ReadTx): Promise<Group[]> => standing(tx),
  /** Standing groups by chat id, behind `after`; empty: from the first. */
  page: async (tx: ReadTx, { after, limit }: { after: string; limit: number }): Promise<Group[]> => {
    const rows = await tx.rows(
      sql`SELECT ${GROUP} FROM ${g} WHERE ${g.dismissed_at} IS NULL AND ${g.chat_id} > ${after}
          ORDER BY ${g.chat_id} LIMIT ${limit}`,
    )
    return withTags(tx, rows)
  },
  /** The groups that a member owns, oldest first. */
  ownedBy: (tx: Tx, owner: string): Promise<Group[]> => standing(tx, [sql`${g.owner} = ${owner}`]),
  /** chat ids of standing groups that we knew before this instant. */
  knownBefore: async (tx: Tx, atMs: number): Promise<string[]> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(g, 'chat_id')} FROM ${g} WHERE ${g.dismissed_at} IS NULL AND ${g.known_at} < ${atMs}`,
    )
    return rows.map((row) => row.chat_id)
  },
  isAnyRead: async (tx: Tx): Promise<boolean> =>
    (await tx.row(sql`SELECT 1 FROM ${g} WHERE ${g.detail_at} IS NOT NULL LIMIT 1`)) !== undefined,
  /** The groups of a pool, oldest first. */
  inPool: (tx: Tx, pool: string): Promise<Group[]> =>
    standing(tx, [sql`${g.pool} = ${pool}`, sql`${g.detail_at} IS NOT NULL`]),
  /** The groups a customer is in now, the oldest membership first. */
  groupsOf: async (tx: Tx, externalUserId: string): Promise<GroupOfCustomer[]> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(m, 'chat_id', 'joined_at')}, ${pick(g, 'name', 'pool', 'owner')} FROM ${JOINED}
          WHERE ${m.member_id} = ${externalUserId} AND ${STANDING} ORDER BY ${m.joined_at}, ${m.id}`,
    )
    return rows.map((row) => ({
      chatId: row.chat_id,
      name: row.name ?? '',
      pool: row.pool ?? undefined,
      owner: row.owner ?? undefined,
      joinedAtMs: row.joined_at,
    }))
  },
  isInPool: async (tx: Tx, externalUserId: string, pool: string): Promise<boolean> =>
    (await tx.row(
      sql`SELECT 1 FROM ${JOINED} WHERE ${m.member_id} = ${externalUserId} AND ${g.pool} = ${pool} AND ${STANDING}
          LIMIT 1`,
    )) !== undefined,
  /** Customers in the pool's groups, by membership row; the next page begins after the last row's `id`. */
  membersOfPool: async (
    tx: Tx,
    pool: string,
    page: { after: number; limit: number },
  ): Promise<{ id: number; externalUserId: string; chatId: string; groupName: string; name: string | undefined }[]> => {
    const member = select({
      id: m.id,
      externalUserId: m.member_id,
      chatId: m.chat_id,
      groupName: g.name,
      name: m.name,
    })
    const rows = await tx.rows(
      sql`SELECT ${member} FROM ${JOINED} WHERE ${g.pool} = ${pool} AND ${STANDING} AND ${m.id} > ${page.after}
          ORDER BY ${m.id} LIMIT ${page.limit}`,
    )
    return rows.map((row) => ({ ...row, groupName: row.groupName ?? '', name: row.name ?? undefined }))
  },
}
