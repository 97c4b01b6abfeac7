import type { Tx } from '../../core/db/tx.ts'

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

interface StoredGroup {
  chat_id: string
  name: string | null
  owner: string | null
  pool: string | null
  member_count: number
  created_at: number | null
}

const toGroup = (row: StoredGroup): Group => ({
  chatId: row.chat_id,
  name: row.name ?? '',
  owner: row.owner ?? undefined,
  pool: row.pool ?? undefined,
  memberCount: row.member_count,
  createdAtMs: row.created_at ?? undefined,
})

const COLUMNS = 'chat_id, name, owner, pool, member_count, created_at'
const STANDING = 'g.dismissed_at IS NULL AND m.left_at IS NULL AND m.member_type = 2'

export const groupQueries = {
  /** All groups that stand, oldest first. */
  all: async (tx: Tx): Promise<Group[]> =>
    (
      await tx.rows<StoredGroup>(
        `SELECT ${COLUMNS} FROM chat_group WHERE dismissed_at IS NULL ORDER BY created_at, chat_id`,
      )
    ).map(toGroup),
  /** The groups that a member owns, oldest first. */
  ownedBy: async (tx: Tx, owner: string): Promise<Group[]> =>
    (
      await tx.rows<StoredGroup>(
        `SELECT ${COLUMNS} FROM chat_group WHERE owner = ? AND dismissed_at IS NULL ORDER BY created_at, chat_id`,
        [owner],
      )
    ).map(toGroup),
  /** chat ids of standing groups that we knew before this instant. */
  knownBefore: async (tx: Tx, atMs: number): Promise<string[]> =>
    (
      await tx.rows<{ chat_id: string }>('SELECT chat_id FROM chat_group WHERE dismissed_at IS NULL AND known_at < ?', [
        atMs,
      ])
    ).map((row) => row.chat_id),
  isAnyRead: async (tx: Tx): Promise<boolean> =>
    (await tx.row('SELECT 1 AS found FROM chat_group WHERE detail_at IS NOT NULL LIMIT 1')) !== undefined,
  /** The groups of a pool, oldest first. */
  inPool: async (tx: Tx, pool: string): Promise<Group[]> =>
    (
      await tx.rows<StoredGroup>(
        `SELECT ${COLUMNS} FROM chat_group WHERE pool = ? AND dismissed_at IS NULL AND detail_at IS NOT NULL
         ORDER BY created_at, chat_id`,
        [pool],
      )
    ).map(toGroup),
  /** The groups a customer is in now, the oldest membership first. */
  groupsOf: async (tx: Tx, externalUserId: string): Promise<GroupOfCustomer[]> => {
    const rows = await tx.rows<{
      chat_id: string
      name: string | null
      pool: string | null
      owner: string | null
      joined_at: number
    }>(
      `SELECT m.chat_id AS chat_id, g.name AS name, g.pool AS pool, g.owner AS owner, m.joined_at AS joined_at
       FROM chat_member m JOIN chat_group g ON g.chat_id = m.chat_id
       WHERE m.member_id = ? AND ${STANDING} ORDER BY m.joined_at, m.id`,
      [externalUserId],
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
      `SELECT 1 AS found FROM chat_member m JOIN chat_group g ON g.chat_id = m.chat_id
       WHERE m.member_id = ? AND g.pool = ? AND ${STANDING} LIMIT 1`,
      [externalUserId, pool],
    )) !== undefined,
  /** Customers in the pool's groups, by membership row; the next page begins after the last row's `id`. */
  membersOfPool: async (
    tx: Tx,
    pool: string,
    page: { after: number; limit: number },
  ): Promise<{ id: number; externalUserId: string; chatId: string; groupName: string; name: string | undefined }[]> => {
    const rows = await tx.rows<{
      id: number
      member_id: string
      chat_id: string
      group_name: string | null
      member_name: string | null
    }>(
      `SELECT m.id AS id, m.member_id AS member_id, m.chat_id AS chat_id, g.name AS group_name, m.name AS member_name
       FROM chat_member m JOIN chat_group g ON g.chat_id = m.chat_id
       WHERE g.pool = ? AND ${STANDING} AND m.id > ? ORDER BY m.id LIMIT ?`,
      [pool, page.after, page.limit],
    )
    return rows.map((row) => ({
      id: row.id,
      externalUserId: row.member_id,
      chatId: row.chat_id,
      groupName: row.group_name ?? '',
      name: row.member_name ?? undefined,
    }))
  },
}
