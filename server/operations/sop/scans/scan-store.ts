import type { RowOf } from '../../../core/db/define-table.ts'
import { all, list, lock, maybeNumber, pick, select, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { type OccurrenceState, SOP_MEMBER, SOP_OCCURRENCE, SOP_SCHEDULE } from '../sop-tables.ts'
import type { Scan } from './scan.ts'

/** One scan: when it is next due, and the occurrence under way. */
export type ScheduleRow = RowOf<typeof SOP_SCHEDULE>

/** A scan that the rules have no more: only its members are still to be forgotten. */
const GONE = 'gone'
const FORGOTTEN_AT_ONCE = 2_000

const isRow = (id: number) => sql`${SOP_SCHEDULE.id} = ${id}`

export const schedule = {
  all: (tx: Tx): Promise<ScheduleRow[]> => tx.rows(sql`SELECT ${all(SOP_SCHEDULE)} FROM ${SOP_SCHEDULE}`),

  /** When the first of them is due, perhaps past. */
  nextDue: async (tx: Tx): Promise<number | undefined> => {
    const at = maybeNumber(sql`MIN(COALESCE(${SOP_SCHEDULE.running_at}, ${SOP_SCHEDULE.next_at}))`)
    return (await tx.row(sql`SELECT ${select({ at })} FROM ${SOP_SCHEDULE}`))?.at ?? undefined
  },

  /** For this transaction alone. */
  take: (tx: Tx, key: string): Promise<ScheduleRow | undefined> =>
    tx.row(sql`SELECT ${all(SOP_SCHEDULE)} FROM ${SOP_SCHEDULE} WHERE ${SOP_SCHEDULE.scan_key} = ${key} ${lock()}`),

  /** Begins to keep time for a new scan, or one whose times or audience changed. */
  begin: (tx: Tx, { key, timing, edge }: Scan, nextAtMs: number | undefined): Promise<void> =>
    tx.upsert(
      SOP_SCHEDULE,
      [
        {
          scan_key: key,
          timing,
          next_at: nextAtMs ?? null,
          running_at: null,
          after_id: null,
          baseline: edge === undefined ? 0 : 1,
          found: 0,
          entered: 0,
        },
      ],
      ['scan_key'],
    ),

  save: async (tx: Tx, row: ScheduleRow): Promise<void> => {
    const { next_at, running_at, after_id, baseline, found, entered } = row
    const place = set(SOP_SCHEDULE, { next_at, running_at, after_id, baseline, found, entered })
    await tx.run(sql`UPDATE ${SOP_SCHEDULE} SET ${place} WHERE ${isRow(row.id)}`)
  },

  /** Forgets a scan that the rules no longer have, its members a few at a time. */
  forget: async (tx: Tx, row: ScheduleRow): Promise<void> => {
    const { id, scan_key } = SOP_MEMBER
    const some = await tx.rows(
      sql`SELECT ${pick(SOP_MEMBER, 'id')} FROM ${SOP_MEMBER} WHERE ${scan_key} = ${row.scan_key} LIMIT ${FORGOTTEN_AT_ONCE}`,
    )
    const ids = some.map((member) => member.id)
    if (ids.length > 0) await tx.run(sql`DELETE FROM ${SOP_MEMBER} WHERE ${id} IN ${list(ids)}`)
    if (ids.length < FORGOTTEN_AT_ONCE) {
      await tx.run(sql`DELETE FROM ${SOP_SCHEDULE} WHERE ${isRow(row.id)}`)
      return
    }
    const gone = set(SOP_SCHEDULE, { timing: GONE, next_at: null, running_at: null })
    await tx.run(sql`UPDATE ${SOP_SCHEDULE} SET ${gone} WHERE ${isRow(row.id)}`)
  },
}

export interface Occurrence {
  key: string
  atMs: number
  state: OccurrenceState
  found: number
  entered: number
  startedAtMs: number
  finishedAtMs: number | undefined
}

/** What came of each occurrence; each has at most one row, for ever. */
export const occurrences = {
  /** Gives how many were new. */
  open: (tx: Tx, opened: Occurrence[]): Promise<number> =>
    opened.length === 0
      ? Promise.resolve(0)
      : tx.insertIgnore(
          SOP_OCCURRENCE,
          opened.map((one) => ({
            scan_key: one.key,
            at: one.atMs,
            state: one.state,
            found: one.found,
            entered: one.entered,
            started_at: one.startedAtMs,
            finished_at: one.finishedAtMs ?? null,
          })),
        ),
  end: async (tx: Tx, row: ScheduleRow, state: Occurrence['state'], nowMs: number): Promise<void> => {
    if (row.running_at === null) return
    const ended = set(SOP_OCCURRENCE, { state, found: row.found, entered: row.entered, finished_at: nowMs })
    await tx.run(
      sql`UPDATE ${SOP_OCCURRENCE} SET ${ended}
          WHERE ${SOP_OCCURRENCE.scan_key} = ${row.scan_key} AND ${SOP_OCCURRENCE.at} = ${row.running_at}`,
    )
  },
}

/** Who is in an audience, as it was looked at last; ids in order of code points. */
export const members = {
  page: async (tx: Tx, key: string, { after, limit }: { after: string; limit: number }): Promise<string[]> => {
    const { scan_key, external_userid: id } = SOP_MEMBER
    const rows = await tx.rows(
      sql`SELECT ${select({ id })} FROM ${SOP_MEMBER} WHERE ${scan_key} = ${key} AND ${id} > ${after} ORDER BY ${id} LIMIT ${limit}`,
    )
    return rows.map((row) => row.id)
  },
  add: async (tx: Tx, key: string, ids: string[]): Promise<void> => {
    const rows = ids.map((id) => ({ scan_key: key, external_userid: id }))
    if (rows.length > 0) await tx.insertIgnore(SOP_MEMBER, rows)
  },
  drop: async (tx: Tx, key: string, ids: string[]): Promise<void> => {
    if (ids.length === 0) return
    const { scan_key, external_userid } = SOP_MEMBER
    await tx.run(sql`DELETE FROM ${SOP_MEMBER} WHERE ${scan_key} = ${key} AND ${external_userid} IN ${list(ids)}`)
  },
}
