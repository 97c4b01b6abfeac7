import { alias, type Column, type RowOf } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, list, pick, type Selected, type Sql, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { DEPARTMENT, STAFF, STAFF_RENAME, type StaffState } from './staff-tables.ts'

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
  /** Ids; empty also while unknown. */
  departments: readonly number[]
  /** Of these departments WeCom names the member as a head (部门负责人). */
  leads: readonly number[]
  /** Since when the app does not see the member any more, UTC milliseconds; undefined: it does. */
  unseenAtMs: number | undefined
}

export interface Department {
  id: number
  /** Undefined where WeCom does not tell it. */
  name: string | undefined
  /** 0 of the root. */
  parentId: number
}

const s = STAFF
/** What `toMember` takes, of the table or an alias of it. */
export const memberOf = (table: typeof STAFF) =>
  pick(table, 'userid', 'name', 'state', 'is_guide', 'left_at', 'known_at', 'departments', 'leads', 'unseen_at')
const MEMBER = memberOf(s)

/** Stored by us, and only as lists of numbers. */
const idsIn = (text: string | null): number[] => (text === null ? [] : (JSON.parse(text) as number[]))

export const toMember = (row: Selected<typeof MEMBER>): StaffMember => ({
  userId: row.userid,
  name: row.name ?? undefined,
  state: row.state,
  isGuide: row.is_guide === 1,
  leftAtMs: row.left_at ?? undefined,
  knownAtMs: row.known_at,
  departments: idsIn(row.departments),
  leads: idsIn(row.leads),
  unseenAtMs: row.unseen_at ?? undefined,
})

/** SQL: the member of this userid has left. */
export const hasLeft = (userId: Sql): Sql => {
  const l = alias(STAFF, 'l')
  return sql`EXISTS (SELECT 1 FROM ${l} WHERE ${l.userid} = ${userId} AND ${l.state} = 'left')`
}

/** Of so many it is quicker to look each up. */
const MOST_NAMED = 500

/** SQL: what a userid of long ago is called today. */
export const currentIdOfGuide = (userId: string | Column<string>): Sql => {
  const { old_userid, new_userid } = STAFF_RENAME
  return sql`COALESCE((SELECT ${new_userid} FROM ${STAFF_RENAME} WHERE ${old_userid} = ${userId}), ${userId})`
}

/** SQL: the name of whoever is called so today, NULL while unknown. */
export const nameOfGuide = (userId: string): Sql =>
  sql`(SELECT ${s.name} FROM ${s} WHERE ${s.userid} = ${currentIdOfGuide(userId)})`

async function currentIdOf(tx: Tx, userId: string): Promise<string> {
  const renamed = await tx.row(
    sql`SELECT ${pick(STAFF_RENAME, 'new_userid')} FROM ${STAFF_RENAME} WHERE ${STAFF_RENAME.old_userid} = ${userId}`,
  )
  return renamed?.new_userid ?? userId
}

async function get(tx: Tx, userId: string): Promise<StaffMember | undefined> {
  const row = await tx.row(sql`SELECT ${MEMBER} FROM ${s} WHERE ${s.userid} = ${userId}`)
  return row === undefined ? undefined : toMember(row)
}

export const staffQueries = {
  get,
  /** Those of these that we know, by userid. */
  among: async (tx: ReadTx, userIds: readonly string[]): Promise<Map<string, StaffMember>> => {
    const rows = await eachChunk(userIds, (part) =>
      tx.rows(sql`SELECT ${MEMBER} FROM ${s} WHERE ${s.userid} IN ${list(part)}`),
    )
    return new Map(rows.map((row) => [row.userid, toMember(row)]))
  },
  /** Those of these userids that are called something else by now. */
  renamedAmong: async (tx: ReadTx, userIds: readonly string[]): Promise<Set<string>> => {
    const rows = await eachChunk(userIds, (part) =>
      tx.rows(
        sql`SELECT ${pick(STAFF_RENAME, 'old_userid')} FROM ${STAFF_RENAME} WHERE ${STAFF_RENAME.old_userid} IN ${list(part)}`,
      ),
    )
    return new Set(rows.map((row) => row.old_userid))
  },
  /** What a userid of long ago is called today; userids change when a member is renamed. */
  currentIdOf,
  /** Names by userid; members without a known name are left out. */
  namesOf: async (tx: ReadTx, userIds: readonly string[]): Promise<Map<string, string>> => {
    if (userIds.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${pick(s, 'userid', 'name')} FROM ${s} WHERE ${s.name} IS NOT NULL AND ${s.userid} IN ${list(userIds)}`,
    )
    return new Map(rows.flatMap((row) => (row.name === null ? [] : [[row.userid, row.name]])))
  },
  /** The member's name, also by a former userid; undefined while unknown. */
  nameOf: async (tx: Tx, userId: string): Promise<string | undefined> => {
    const known = await get(tx, userId)
    if (known?.name !== undefined) return known.name
    return (await get(tx, await currentIdOf(tx, userId)))?.name
  },
  /** The members whom these words name, by userid or by a name that only one member has; who has left is nobody. */
  userIdsOf: async (tx: ReadTx, names: readonly string[]): Promise<string[]> => {
    if (names.length === 0) return []
    // A userid has no case (API.md §1), and a name may be a few people's.
    const ids = names.map((name) => name.toLowerCase())
    const rows = await tx.rows(
      sql`SELECT ${pick(s, 'userid', 'name')} FROM ${s}
          WHERE ${s.state} <> 'left' AND (LOWER(${s.userid}) IN ${list(ids)} OR ${s.name} IN ${list(names)})`,
    )
    return rows.flatMap(({ userid, name }) => {
      const isAlone = rows.filter((other) => other.name === name).length === 1
      return ids.includes(userid.toLowerCase()) || isAlone ? [userid] : []
    })
  },
  /** Everybody, guides first. */
  all: async (tx: ReadTx): Promise<StaffMember[]> =>
    (await tx.rows(sql`SELECT ${MEMBER} FROM ${s} ORDER BY ${s.is_guide} DESC, ${s.userid}`)).map(toMember),
  /** What userids of long ago are called today. */
  formerIds: async (tx: ReadTx): Promise<Map<string, string>> => {
    const rows = await tx.rows(sql`SELECT ${pick(STAFF_RENAME, 'old_userid', 'new_userid')} FROM ${STAFF_RENAME}`)
    return new Map(rows.map((row) => [row.old_userid, row.new_userid]))
  },
  departments: async (tx: ReadTx): Promise<Department[]> =>
    (await tx.rows(sql`SELECT ${all(DEPARTMENT)} FROM ${DEPARTMENT} ORDER BY ${DEPARTMENT.id}`)).map((row) => ({
      id: row.id,
      name: row.name ?? undefined,
      parentId: row.parent_id,
    })),
  /** As the tables have them, to compare a listing with. */
  allStored: (tx: Tx): Promise<RowOf<typeof STAFF>[]> => tx.rows(sql`SELECT ${all(s)} FROM ${s}`),
  /** Those of these userids whose members have left. */
  leftAmong: async (tx: ReadTx, userIds: readonly string[]): Promise<Set<string>> => {
    if (userIds.length === 0) return new Set()
    // Whoever asks of very many is told of all who have left: those are few.
    const isAmong = userIds.length > MOST_NAMED ? sql`` : sql` AND ${s.userid} IN ${list(userIds)}`
    const rows = await tx.rows(sql`SELECT ${pick(s, 'userid')} FROM ${s} WHERE ${s.state} = 'left'${isAmong}`)
    const asked = new Set(userIds)
    return new Set(rows.flatMap(({ userid }) => (asked.has(userid) ? [userid] : [])))
  },
  /** userids of members who may have customers and have not left. */
  guideIds: async (tx: Tx): Promise<string[]> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(s, 'userid')} FROM ${s} WHERE ${s.is_guide} = 1 AND ${s.state} <> 'left' ORDER BY ${s.userid}`,
    )
    return rows.map((row) => row.userid)
  },
}
