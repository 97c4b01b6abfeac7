import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Author, Inside, Release, ReleaseDraft, ReleaseWhat, Rollout } from './release.ts'

interface StoredRelease {
  id: number
  sop: string
  seq: number
  what: ReleaseWhat
  version: string
  stable: string | null
  canary: string | null
  canary_since: number | null
  file_version: string
  rollout: string | null
  inside: Inside
  at: number
  by_whom: string | null
  by_source: Release['bySource']
  note: string | null
  moved_at: number | null
}

const COLUMNS = `r.id, r.sop, r.seq, r.what, r.version, r.stable, r.canary, r.canary_since, r.file_version, r.rollout,
  r.inside, r.at, r.by_whom, r.by_source, r.note, r.moved_at`

const toRelease = (row: StoredRelease): Release => ({
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
})

export const releaseStore = {
  /** The last line of each SOP's log. */
  latest: async (tx: ReadTx): Promise<Map<string, Release>> => {
    const rows = await tx.rows<StoredRelease>(
      `SELECT ${COLUMNS} FROM sop_release r
       JOIN (SELECT sop, MAX(seq) AS seq FROM sop_release GROUP BY sop) last ON last.sop = r.sop AND last.seq = r.seq`,
    )
    return new Map(rows.map((row) => [row.sop, toRelease(row)]))
  },

  latestOf: async (tx: Tx, sop: string): Promise<Release | undefined> => {
    const row = await tx.row<StoredRelease>(
      `SELECT ${COLUMNS} FROM sop_release r WHERE r.sop = ? ORDER BY r.seq DESC LIMIT 1`,
      [sop],
    )
    return row === undefined ? undefined : toRelease(row)
  },

  /** Oldest first. */
  ofSop: async (tx: Tx, sop: string): Promise<Release[]> => {
    const rows = await tx.rows<StoredRelease>(`SELECT ${COLUMNS} FROM sop_release r WHERE r.sop = ? ORDER BY r.seq`, [
      sop,
    ])
    return rows.map(toRelease)
  },

  /** Another one when any line was added. The count too: on MySQL a smaller id may be committed after a larger one. */
  stamp: async (tx: Tx): Promise<string> => {
    const row = await tx.row<{ release_count: number; newest: number | null }>(
      'SELECT COUNT(*) AS release_count, MAX(id) AS newest FROM sop_release',
    )
    return `${row?.release_count ?? 0}:${row?.newest ?? 0}`
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
    }
    return (await tx.insertIgnore('sop_release', [row])) > 0
  },

  /** Those by which a person stopped a journey and not everybody has left yet, also when something was released since. */
  openHalts: async (tx: Tx): Promise<Release[]> => {
    const rows = await tx.rows<StoredRelease>(
      `SELECT ${COLUMNS} FROM sop_release r WHERE r.what = 'halted' AND r.moved_at IS NULL ORDER BY r.id`,
    )
    return rows.map(toRelease)
  },

  setMoved: async (tx: Tx, id: number, atMs: number): Promise<void> => {
    await tx.run('UPDATE sop_release SET moved_at = ? WHERE id = ?', [atMs, id])
  },
}
