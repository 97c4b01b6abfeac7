import type { Tx } from '../../../core/db/tx.ts'
import type { Scan } from './scan.ts'

/** One scan: when it is next due, and the occurrence under way. */
export interface ScheduleRow {
  id: number
  scan_key: string
  timing: string
  next_at: number | null
  /** The instant of the occurrence under way. */
  running_at: number | null
  /** Everybody up to here has been looked at. */
  after_id: string | null
  /** This look only notes who is in the audience. */
  baseline: number
  found: number
  entered: number
}

const COLUMNS = 'id, scan_key, timing, next_at, running_at, after_id, baseline, found, entered'
/** A scan that the rules have no more: only its members are still to be forgotten. */
const GONE = 'gone'
const FORGOTTEN_AT_ONCE = 2_000

const marks = (values: readonly unknown[]): string => values.map(() => '?').join(', ')

export const schedule = {
  all: (tx: Tx): Promise<ScheduleRow[]> => tx.rows<ScheduleRow>(`SELECT ${COLUMNS} FROM sop_schedule`),

  /** When the first of them is due, perhaps past. */
  nextDue: async (tx: Tx): Promise<number | undefined> => {
    const row = await tx.row<{ at: number | null }>('SELECT MIN(COALESCE(running_at, next_at)) AS at FROM sop_schedule')
    return row?.at ?? undefined
  },

  /** For this transaction alone. */
  take: (tx: Tx, key: string): Promise<ScheduleRow | undefined> =>
    tx.row<ScheduleRow>(
      `SELECT ${COLUMNS} FROM sop_schedule WHERE scan_key = ? ${tx.dialect === 'mysql' ? 'FOR UPDATE' : ''}`,
      [key],
    ),

  /** Begins to keep time for a new scan, or one whose times or audience changed. */
  begin: (tx: Tx, { key, timing, edge }: Scan, nextAtMs: number | undefined): Promise<void> =>
    tx.upsert(
      'sop_schedule',
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
    await tx.run(
      `UPDATE sop_schedule SET next_at = ?, running_at = ?, after_id = ?, baseline = ?, found = ?, entered = ? WHERE id = ?`,
      [row.next_at, row.running_at, row.after_id, row.baseline, row.found, row.entered, row.id],
    )
  },

  /** Forgets a scan that the rules no longer have, its members a few at a time. */
  forget: async (tx: Tx, row: ScheduleRow): Promise<void> => {
    const members = await tx.rows<{ id: number }>(
      `SELECT id FROM sop_member WHERE scan_key = ? LIMIT ${FORGOTTEN_AT_ONCE}`,
      [row.scan_key],
    )
    const ids = members.map((member) => member.id)
    if (ids.length > 0) await tx.run(`DELETE FROM sop_member WHERE id IN (${marks(ids)})`, ids)
    if (ids.length < FORGOTTEN_AT_ONCE) await tx.run('DELETE FROM sop_schedule WHERE id = ?', [row.id])
    else {
      await tx.run('UPDATE sop_schedule SET timing = ?, next_at = NULL, running_at = NULL WHERE id = ?', [GONE, row.id])
    }
  },
}

export interface Occurrence {
  key: string
  atMs: number
  /** `skipped`: too long ago when we came to it. `stopped`: the rule was changed or switched off in between. */
  state: 'running' | 'done' | 'skipped' | 'stopped'
  found: number
  entered: number
  startedAtMs: number
  finishedAtMs: number | undefined
}

/** What came of each occurrence; each has at most one row, for ever. */
export const occurrences = {
  /** Gives how many were new. */
  open: (tx: Tx, list: Occurrence[]): Promise<number> =>
    list.length === 0
      ? Promise.resolve(0)
      : tx.insertIgnore(
          'sop_occurrence',
          list.map((one) => ({
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
    await tx.run(
      'UPDATE sop_occurrence SET state = ?, found = ?, entered = ?, finished_at = ? WHERE scan_key = ? AND at = ?',
      [state, row.found, row.entered, nowMs, row.scan_key, row.running_at],
    )
  },
}

/** Who is in an audience, as it was looked at last; ids in order of code points. */
export const members = {
  page: async (tx: Tx, key: string, { after, limit }: { after: string; limit: number }): Promise<string[]> =>
    (
      await tx.rows<{ id: string }>(
        `SELECT external_userid AS id FROM sop_member WHERE scan_key = ? AND external_userid > ?
         ORDER BY external_userid LIMIT ?`,
        [key, after, limit],
      )
    ).map((row) => row.id),
  add: async (tx: Tx, key: string, ids: string[]): Promise<void> => {
    const rows = ids.map((id) => ({ scan_key: key, external_userid: id }))
    if (rows.length > 0) await tx.insertIgnore('sop_member', rows)
  },
  drop: async (tx: Tx, key: string, ids: string[]): Promise<void> => {
    if (ids.length === 0) return
    await tx.run(`DELETE FROM sop_member WHERE scan_key = ? AND external_userid IN (${marks(ids)})`, [key, ...ids])
  },
}
