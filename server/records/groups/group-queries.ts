import { alias } from '../../core/db/define-table.ts'
import { every, pick, type Selected, type Sql, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { CHAT_GROUP, CHAT_MEMBER } from './group-tables.ts'

export interface Group {
  chatId: string
  /** May be empty: WeCom names a group only when somebody did. */
  name: string
  owner: string | undefined
  pool: string | undefined
  /** With staff. */
  memberCount: number
  createdAtMs: number | undefined
}

export interface GroupOfCustomer {
  chatId: string
  name: string
  pool: string | undefined
  /** userid of the group's owner. */
  owner: string | undefined
  joinedAtMs: number
}

const g = alias(CHAT_GROUP, 'g')
const m = alias(CHAT_MEMBER, 'm')
const GROUP = pick(g, 'chat_id', 'name', 'owner', 'pool', 'member_count', 'created_at')

const toGroup = (row: Selected<typeof GROUP>): Group => ({
  chatId: row.chat_id,
  name: row.name ?? '',
  owner: row.owner ?? undefined,
  pool: row.pool ?? undefined,
  memberCount: row.member_count,
  createdAtMs: row.created_at ?? undefined,
})

const STANDING = sql`${g.dismissed_at} IS NULL AND ${m.left_at} IS NULL AND ${m.member_type} = 2`
const JOINED = sql`${m} JOIN ${g} ON ${g.chat_id} = ${m.chat_id}`
const OLDEST_FIRST = sql`ORDER BY ${g.created_at}, ${g.chat_id}`

/** Standing groups, oldest first; `where` narrows them. */
const standing = async (tx: Tx, where: Sql[] = []): Promise<Group[]> => {
  const isWanted = every([sql`${g.dismissed_at} IS NULL`, ...where])
  return (await tx.rows(sql`SELECT ${GROUP} FROM ${g} WHERE ${isWanted} ${OLDEST_FIRST}`)).map(toGroup)
}

export const groupQueries = {
  /** All groups that stand, oldest first. */
  all: (tx: Tx): Promise<Group[]> => standing(tx),
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
