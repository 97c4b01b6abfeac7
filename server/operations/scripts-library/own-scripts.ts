import type { RowOf } from '../../core/db/define-table.ts'
import { all, count, every, list, lock, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { OWN_SCRIPT, SCRIPT_FAVOURITE } from './script-tables.ts'

/** A script that somebody wrote in the pane. */
export interface OwnScript {
  /** `own:12`, so that it is never taken for one of the files. */
  id: string
  /** Who wrote it. */
  userId: string
  title: string
  text: string
  isTeam: boolean
}

export interface WrittenScript {
  title: string
  text: string
  isTeam: boolean
}

const o = OWN_SCRIPT
const f = SCRIPT_FAVOURITE
const STANDS = sql`${o.removed_at} IS NULL`
const PREFIX = 'own:'

/** So many and no more: a list that nobody reads is no help. */
export const MOST_OWN = 100
const MOST_FAVOURITES = 100

const rowIdOf = (id: string): number | undefined =>
  /^own:\d{1,15}$/.test(id) ? Number(id.slice(PREFIX.length)) : undefined

const toOwn = (row: RowOf<typeof o>): OwnScript => ({
  id: `${PREFIX}${row.id}`,
  userId: row.userid,
  title: row.title,
  text: row.body,
  isTeam: row.is_team === 1,
})

/** Held until the transaction ends. */
async function find(tx: Tx, userId: string, id: string): Promise<RowOf<typeof o> | undefined> {
  const rowId = rowIdOf(id)
  if (rowId === undefined) return undefined
  const which = every([sql`${o.id} = ${rowId} AND ${o.userid} = ${userId}`, STANDS])
  return tx.row(sql`SELECT ${all(o)} FROM ${o} WHERE ${which} ${lock()}`)
}

const columnsOf = ({ title, text, isTeam }: WrittenScript) => ({
  title: maskPhones(title),
  body: maskPhones(text),
  is_team: isTeam ? 1 : 0,
})

/** Scripts that guides write for themselves and leads for their stores, and which of all scripts somebody wants at hand. */
export const ownScripts = {
  /** Phones in it are masked. The same key twice is one script; `full`: there are enough. */
  make: async (
    tx: Tx,
    { key, userId, nowMs, ...written }: WrittenScript & { key: string; userId: string; nowMs: number },
  ): Promise<'made' | 'full'> => {
    const which = every([sql`${o.userid} = ${userId}`, STANDS])
    const known = await tx.row(sql`SELECT ${select({ n: count() })} FROM ${o} WHERE ${which}`)
    const again = await tx.row(sql`SELECT ${pick(o, 'id')} FROM ${o} WHERE ${o.script_key} = ${key}`)
    if (again === undefined && (known?.n ?? 0) >= MOST_OWN) return 'full'
    await tx.insertIgnore(o, [{ script_key: key, userid: userId, ...columnsOf(written), changed_at: nowMs }])
    return 'made'
  },

  /** What it was before; undefined when it is not this person's. Safe to repeat. */
  change: async (
    tx: Tx,
    { id, userId, nowMs, ...written }: WrittenScript & { id: string; userId: string; nowMs: number },
  ): Promise<OwnScript | undefined> => {
    const row = await find(tx, userId, id)
    if (row === undefined) return undefined
    await tx.run(sql`UPDATE ${o} SET ${set(o, { ...columnsOf(written), changed_at: nowMs })} WHERE ${o.id} = ${row.id}`)
    return toOwn(row)
  },

  /** Its words go; that it was sent stays. What it was; undefined when it is not this person's. */
  remove: async (
    tx: Tx,
    { id, userId, nowMs }: { id: string; userId: string; nowMs: number },
  ): Promise<OwnScript | undefined> => {
    const row = await find(tx, userId, id)
    if (row === undefined) return undefined
    const changes = { title: '', body: '', is_team: 0, removed_at: nowMs }
    await tx.run(sql`UPDATE ${o} SET ${set(o, changes)} WHERE ${o.id} = ${row.id}`)
    await tx.run(sql`DELETE FROM ${f} WHERE ${f.script_id} = ${id}`)
    return toOwn(row)
  },

  /** Changed last first. */
  of: async (tx: Tx, userId: string): Promise<OwnScript[]> => {
    const which = every([sql`${o.userid} = ${userId}`, STANDS])
    return (
      await tx.rows(sql`SELECT ${all(o)} FROM ${o} WHERE ${which} ORDER BY ${o.changed_at} DESC, ${o.id} DESC`)
    ).map(toOwn)
  },

  /** Who has written anything for a store. */
  teamWriters: async (tx: Tx): Promise<string[]> => {
    const which = every([sql`${o.is_team} = 1`, STANDS])
    return (await tx.rows(sql`SELECT DISTINCT ${pick(o, 'userid')} FROM ${o} WHERE ${which}`)).map((row) => row.userid)
  },

  /** What these have written for their stores. */
  ofTeams: async (tx: Tx, writers: readonly string[]): Promise<OwnScript[]> => {
    if (writers.length === 0) return []
    const which = every([sql`${o.is_team} = 1 AND ${o.userid} IN ${list(writers)}`, STANDS])
    return (
      await tx.rows(sql`SELECT ${all(o)} FROM ${o} WHERE ${which} ORDER BY ${o.changed_at} DESC, ${o.id} DESC`)
    ).map(toOwn)
  },

  byIds: async (tx: Tx, ids: readonly string[]): Promise<OwnScript[]> => {
    const rowIds = ids.flatMap((id) => rowIdOf(id) ?? [])
    if (rowIds.length === 0) return []
    return (await tx.rows(sql`SELECT ${all(o)} FROM ${o} WHERE ${o.id} IN ${list(rowIds)} AND ${STANDS}`)).map(toOwn)
  },

  /** Newest first. */
  favouritesOf: async (tx: Tx, userId: string): Promise<string[]> =>
    (
      await tx.rows(
        sql`SELECT ${pick(f, 'script_id')} FROM ${f} WHERE ${f.userid} = ${userId}
            ORDER BY ${f.at} DESC, ${f.id} DESC LIMIT ${MOST_FAVOURITES}`,
      )
    ).map((row) => row.script_id),

  /** Safe to repeat. */
  setFavourite: async (
    tx: Tx,
    { userId, scriptId, isFavourite, nowMs }: { userId: string; scriptId: string; isFavourite: boolean; nowMs: number },
  ): Promise<void> => {
    if (isFavourite) await tx.insertIgnore(f, [{ userid: userId, script_id: scriptId, at: nowMs }])
    else await tx.run(sql`DELETE FROM ${f} WHERE ${f.userid} = ${userId} AND ${f.script_id} = ${scriptId}`)
  },

  /** What somebody wrote and wanted at hand is theirs under their new userid. Safe to repeat. */
  renameOwner: async (tx: Tx, oldUserId: string, newUserId: string): Promise<void> => {
    await tx.run(sql`UPDATE ${o} SET ${set(o, { userid: newUserId })} WHERE ${o.userid} = ${oldUserId}`)
    const wanted = await tx.rows(sql`SELECT ${pick(f, 'script_id', 'at')} FROM ${f} WHERE ${f.userid} = ${oldUserId}`)
    await tx.insertIgnore(
      f,
      wanted.map((one) => ({ ...one, userid: newUserId })),
    )
    await tx.run(sql`DELETE FROM ${f} WHERE ${f.userid} = ${oldUserId}`)
  },
}
