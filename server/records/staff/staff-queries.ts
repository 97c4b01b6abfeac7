import type { ReadTx, Tx } from '../../core/db/tx.ts'

export interface StaffMember {
  userId: string
  /** Undefined until WeCom has told it. */
  name: string | undefined
  state: StaffState
  /** May have customers (is in WeCom's follow user list). */
  isGuide: boolean
  /** UTC milliseconds; undefined while here, and when nobody told. */
  leftAtMs: number | undefined
  /** When we first met this member, UTC milliseconds; a given-up userid may be somebody new's. */
  knownAtMs: number
}

export type StaffState = 'active' | 'disabled' | 'inactive' | 'left'

interface StoredStaff {
  userid: string
  name: string | null
  state: StaffState
  is_guide: number
  left_at: number | null
  known_at: number
}

const COLUMNS = 'userid, name, state, is_guide, left_at, known_at'

const toMember = (row: StoredStaff): StaffMember => ({
  userId: row.userid,
  name: row.name ?? undefined,
  state: row.state,
  isGuide: row.is_guide === 1,
  leftAtMs: row.left_at ?? undefined,
  knownAtMs: row.known_at,
})

async function currentIdOf(tx: Tx, userId: string): Promise<string> {
  const renamed = await tx.row<{ new_userid: string }>('SELECT new_userid FROM staff_rename WHERE old_userid = ?', [
    userId,
  ])
  return renamed?.new_userid ?? userId
}

async function get(tx: Tx, userId: string): Promise<StaffMember | undefined> {
  const row = await tx.row<StoredStaff>(`SELECT ${COLUMNS} FROM staff WHERE userid = ?`, [userId])
  return row === undefined ? undefined : toMember(row)
}

export const staffQueries = {
  get,
  /** What a userid of long ago is called today; userids change when a member is renamed. */
  currentIdOf,
  /** The present userid of whoever had this userid at that instant, UTC milliseconds; undefined when it has gone over to
   *  somebody else since. */
  idSince: async (tx: Tx, userId: string, sinceMs: number): Promise<string | undefined> => {
    const currentId = await currentIdOf(tx, userId)
    if (currentId !== userId) return currentId
    const member = await get(tx, userId)
    return member !== undefined && member.knownAtMs > sinceMs ? undefined : userId
  },
  /** The member's name, also by a former userid; undefined while unknown. */
  /** Names by userid; members without a known name are left out. */
  namesOf: async (tx: Tx, userIds: readonly string[]): Promise<Map<string, string>> => {
    if (userIds.length === 0) return new Map()
    const rows = await tx.rows<{ userid: string; name: string }>(
      `SELECT userid, name FROM staff WHERE name IS NOT NULL AND userid IN (${userIds.map(() => '?').join(', ')})`,
      [...userIds],
    )
    return new Map(rows.map((row) => [row.userid, row.name]))
  },
  nameOf: async (tx: Tx, userId: string): Promise<string | undefined> => {
    const known = await get(tx, userId)
    if (known?.name !== undefined) return known.name
    return (await get(tx, await currentIdOf(tx, userId)))?.name
  },
  /** Everybody, guides first. */
  all: async (tx: ReadTx): Promise<StaffMember[]> =>
    (await tx.rows<StoredStaff>(`SELECT ${COLUMNS} FROM staff ORDER BY is_guide DESC, userid`)).map(toMember),
  /** As the tables have them, to compare a listing with. */
  allStored: (
    tx: Tx,
  ): Promise<{ userid: string; name: string | null; departments: string | null; is_guide: number }[]> =>
    tx.rows('SELECT userid, name, departments, is_guide FROM staff'),
  /** Those of these userids whose members have left. */
  leftAmong: async (tx: ReadTx, userIds: readonly string[]): Promise<Set<string>> => {
    if (userIds.length === 0) return new Set()
    const rows = await tx.rows<{ userid: string }>(
      `SELECT userid FROM staff WHERE state = 'left' AND userid IN (${userIds.map(() => '?').join(', ')})`,
      [...userIds],
    )
    return new Set(rows.map((row) => row.userid))
  },
  /** userids of members who may have customers and have not left. */
  guideIds: async (tx: Tx): Promise<string[]> => {
    const rows = await tx.rows<{ userid: string }>(
      `SELECT userid FROM staff WHERE is_guide = 1 AND state <> 'left' ORDER BY userid`,
    )
    return rows.map((row) => row.userid)
  },
}
