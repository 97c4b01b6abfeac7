import { alias, type RowOf } from '../../core/db/define-table.ts'
import type { RowsDue } from '../../core/db/rows-due.ts'
import { all, count, maybeNumber, number, pick, select, set, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import { SOP_RELEASE } from '../versions/rule-tables.ts'
import type { Author, Release, ReleaseDraft, Rollout } from './release.ts'

const r = alias(SOP_RELEASE, 'r')

/** Stops by people that are still to be carried out. */
export const OPEN_HALTS: RowsDue = { table: r, where: sql`${r.what} = 'halted' AND ${r.moved_at} IS NULL` }

const toRelease = (row: RowOf<typeof SOP_RELEASE>): Release => ({
  id: row.id,
  sop: row.sop,
  seq: row.seq,
  what: row.what,
  version: row.version,
  stable: row.stable ?? undefined,
  canary: row.canary ?? undefined,
  canarySinceMs: row.canary_since ?? undefined,
  fileVersion: row.file_version,
  rollout: row.rollout === null ? undefined : (JSON.parse(row.rollout) as Rollout),
  inside: row.inside,
  atMs: row.at,
  by: row.by_whom ?? undefined,
  bySource: row.by_source,
  note: row.note ?? undefined,
  movedAtMs: row.moved_at ?? undefined,
  firstName: row.first_name ?? undefined,
})

/** What a new journey is called first, where a renamed one had its name: it would hold out the very same people, and take those who
 *  were in that one for its own. */
async function firstNameOf(tx: Tx, sop: string, atMs: number): Promise<string | undefined> {
  const taken = await tx.row(
    sql`SELECT ${pick(SOP_RELEASE, 'id')} FROM ${SOP_RELEASE} WHERE ${SOP_RELEASE.first_name} = ${sop} LIMIT 1`,
  )
  return taken === undefined ? undefined : `${sop}#${atMs}`
}

export const releaseStore = {
  /** The last line of each SOP's log. */
  latest: async (tx: ReadTx): Promise<Map<string, Release>> => {
    const { sop, seq } = SOP_RELEASE
    const newest = select({ sop, seq: number(sql`MAX(${seq})`) })
    const rows = await tx.rows(
      sql`SELECT ${all(r)} FROM ${r} JOIN (SELECT ${newest} FROM ${SOP_RELEASE} GROUP BY ${sop}) last
          ON last.sop = ${r.sop} AND last.seq = ${r.seq}`,
    )
    return new Map(rows.map((row) => [row.sop, toRelease(row)]))
  },

  latestOf: async (tx: Tx, sop: string): Promise<Release | undefined> => {
    const row = await tx.row(sql`SELECT ${all(r)} FROM ${r} WHERE ${r.sop} = ${sop} ORDER BY ${r.seq} DESC LIMIT 1`)
    return row === undefined ? undefined : toRelease(row)
  },

  /** Oldest first. */
  ofSop: async (tx: Tx, sop: string): Promise<Release[]> => {
    const rows = await tx.rows(sql`SELECT ${all(r)} FROM ${r} WHERE ${r.sop} = ${sop} ORDER BY ${r.seq}`)
    return rows.map(toRelease)
  },

  /** Another one when any line was added. The count too: on MySQL a smaller id may be committed after a larger one. */
  stamp: async (tx: Tx): Promise<string> => {
    const stamp = select({ lines: count(), newest: maybeNumber(sql`MAX(${r.id})`) })
    const row = await tx.row(sql`SELECT ${stamp} FROM ${r}`)
    return `${row?.lines ?? 0}:${row?.newest ?? 0}`
  },

  /** A journey's log goes on under its new id, and tells what it was called first; one that has a log of its own keeps that. Safe
   *  to repeat. */
  rename: async (tx: Tx, from: string, to: string): Promise<void> => {
    if ((await releaseStore.latestOf(tx, to)) !== undefined) return
    await tx.run(
      sql`UPDATE ${SOP_RELEASE} SET ${set(SOP_RELEASE, { first_name: from })}
          WHERE ${SOP_RELEASE.sop} = ${from} AND ${SOP_RELEASE.first_name} IS NULL`,
    )
    await tx.run(sql`UPDATE ${SOP_RELEASE} SET ${set(SOP_RELEASE, { sop: to })} WHERE ${SOP_RELEASE.sop} = ${from}`)
  },

  /** Writes the next line after `last`. False when somebody else wrote one at the same time: look again. */
  append: async (
    tx: Tx,
    last: Release | undefined,
    draft: ReleaseDraft,
    { atMs, author }: { atMs: number; author: Author },
  ): Promise<boolean> => {
    const row = {
      sop: draft.sop,
      seq: (last?.seq ?? 0) + 1,
      what: draft.what,
      version: draft.version,
      stable: draft.stable ?? null,
      canary: draft.canary ?? null,
      canary_since: draft.canarySinceMs ?? null,
      file_version: draft.fileVersion,
      rollout: draft.rollout === undefined ? null : JSON.stringify(draft.rollout),
      inside: draft.inside,
      at: atMs,
      by_whom: author.name?.slice(0, 100) ?? null,
      by_source: author.source,
      note: draft.note ?? null,
      first_name: (last === undefined ? await firstNameOf(tx, draft.sop, atMs) : last.firstName) ?? null,
    }
    return (await tx.insertIgnore(SOP_RELEASE, [row])) > 0
  },

  /** Those by which a person stopped a journey and not everybody has left yet, also when something was released since. */
  openHalts: async (tx: Tx): Promise<Release[]> => {
    const rows = await tx.rows(sql`SELECT ${all(r)} FROM ${r} WHERE ${OPEN_HALTS.where} ORDER BY ${r.id}`)
    return rows.map(toRelease)
  },

  setMoved: async (tx: Tx, id: number, atMs: number): Promise<void> => {
    const moved = set(SOP_RELEASE, { moved_at: atMs })
    await tx.run(sql`UPDATE ${SOP_RELEASE} SET ${moved} WHERE ${SOP_RELEASE.id} = ${id}`)
  },
}
