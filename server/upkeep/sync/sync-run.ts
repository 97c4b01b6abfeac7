import type { Tx } from '../../core/db/tx.ts'

/** `first`: by itself, once. `sync`: asked for. `reconcile`: also what callbacks missed. */
export type SyncKind = 'first' | 'sync' | 'reconcile'
/** `partial`: something could not be read; what was read stays. `failed`: not even the guides could be listed. */
export type SyncState = 'running' | 'done' | 'partial' | 'failed'

export interface SyncRun {
  id: number
  kind: SyncKind
  /** Finds, repairs nothing. */
  dry: boolean
  state: SyncState
  startedAtMs: number
  finishedAtMs: number | undefined
  /** Steps that are known of, and those that are over. */
  parts: number
  partsDone: number
  /** Guides, groups or codes that could not be read. */
  gaps: number
  /** Guide–customer pairs read so far, and how many there will be, as far as known. */
  relations: number
  relationsExpected: number | undefined
  groups: number
  groupsRead: number
  /** What a reconciliation found, counted by amount. */
  found: number
  /** Profiles that were other before, without an event to be missed: nicknames, pictures. */
  renewed: number
}

interface StoredRun {
  id: number
  kind: SyncKind
  dry: number
  state: SyncState
  started_at: number
  finished_at: number | null
  parts: number
  parts_done: number
  gaps: number
  relations: number
  relations_expected: number | null
  chat_groups: number
  chat_groups_read: number
  found: number
  renewed: number
}

const COLUMNS =
  'id, kind, dry, state, started_at, finished_at, parts, parts_done, gaps, relations, relations_expected, chat_groups, chat_groups_read, found, renewed'

const toRun = (row: StoredRun): SyncRun => ({
  id: Number(row.id),
  kind: row.kind,
  dry: row.dry === 1,
  state: row.state,
  startedAtMs: row.started_at,
  finishedAtMs: row.finished_at ?? undefined,
  parts: row.parts,
  partsDone: row.parts_done,
  gaps: row.gaps,
  relations: row.relations,
  relationsExpected: row.relations_expected ?? undefined,
  groups: row.chat_groups,
  groupsRead: row.chat_groups_read,
  found: row.found,
  renewed: row.renewed,
})

/** What a step adds to its run's figures. */
export interface Progress {
  parts?: number
  partsDone?: number
  gaps?: number
  relations?: number
  groups?: number
  groupsRead?: number
  found?: number
  renewed?: number
}

const COLUMN_OF: Record<keyof Progress, string> = {
  parts: 'parts',
  partsDone: 'parts_done',
  gaps: 'gaps',
  relations: 'relations',
  groups: 'chat_groups',
  groupsRead: 'chat_groups_read',
  found: 'found',
  renewed: 'renewed',
}

const one = async (tx: Tx, where: string, params: (string | number)[]): Promise<SyncRun | undefined> => {
  const row = await tx.row<StoredRun>(`SELECT ${COLUMNS} FROM sync_run WHERE ${where} ORDER BY id DESC LIMIT 1`, params)
  return row === undefined ? undefined : toRun(row)
}

export const syncRuns = {
  byId: (tx: Tx, id: number) => one(tx, 'id = ?', [id]),
  open: (tx: Tx) => one(tx, 'open_slot = ?', ['open']),
  newest: (tx: Tx, kind: SyncKind) => one(tx, 'kind = ?', [kind]),
  /** The newest one that ended and repaired. */
  newestEnded: (tx: Tx, kind: SyncKind) => one(tx, `kind = ? AND dry = 0 AND state IN ('done', 'partial')`, [kind]),
  /** When the last reconciliation before this one, that read everything and repaired, began; UTC milliseconds. */
  endedBefore: async (tx: Tx, id: number): Promise<number | undefined> =>
    (await one(tx, `kind IN ('first', 'reconcile') AND dry = 0 AND state = 'done' AND id < ?`, [id]))?.startedAtMs,
  byAskKey: (tx: Tx, askKey: string) => one(tx, 'ask_key = ?', [askKey]),
  /** Newest first. */
  recent: async (tx: Tx, kind: SyncKind, limit: number): Promise<SyncRun[]> =>
    (
      await tx.rows<StoredRun>(
        `SELECT ${COLUMNS} FROM sync_run WHERE kind = ? ORDER BY id DESC LIMIT ${Math.floor(limit)}`,
        [kind],
      )
    ).map(toRun),
  /** When we began to listen: customers from before are history. UTC milliseconds; 0 before the first run. */
  listeningSince: async (tx: Tx): Promise<number> =>
    (await tx.row<{ at: number | null }>(`SELECT MIN(started_at) AS at FROM sync_run WHERE kind = 'first'`))?.at ?? 0,

  /** Undefined when a run is under way, or this one was asked for before. */
  begin: async (
    tx: Tx,
    run: { kind: SyncKind; dry: boolean; askKey: string; nowMs: number },
  ): Promise<number | undefined> => {
    const row = { kind: run.kind, dry: run.dry ? 1 : 0, ask_key: run.askKey, state: 'running', started_at: run.nowMs }
    const inserted = await tx.insertIgnore('sync_run', [{ ...row, open_slot: 'open' }])
    return inserted === 0 ? undefined : (await one(tx, 'ask_key = ?', [run.askKey]))?.id
  },
  expect: async (tx: Tx, id: number, relations: number): Promise<void> => {
    await tx.run('UPDATE sync_run SET relations_expected = ? WHERE id = ?', [relations, id])
  },
  add: async (tx: Tx, id: number, progress: Progress): Promise<void> => {
    const fields = Object.entries(progress).filter(([, amount]) => amount !== 0) as [keyof Progress, number][]
    if (fields.length === 0) return
    const sets = fields.map(([field]) => `${COLUMN_OF[field]} = ${COLUMN_OF[field]} + ?`)
    await tx.run(`UPDATE sync_run SET ${sets.join(', ')} WHERE id = ?`, [...fields.map(([, amount]) => amount), id])
  },
  /** Ends the run when nothing of it is left to do; true when this call ended it. */
  finish: async (tx: Tx, id: number, nowMs: number): Promise<boolean> => {
    const ended = await tx.run(
      `UPDATE sync_run SET state = CASE WHEN gaps > 0 THEN 'partial' ELSE 'done' END, finished_at = ?, open_slot = NULL
       WHERE id = ? AND state = 'running' AND parts_done >= parts`,
      [nowMs, id],
    )
    return ended > 0
  },
  fail: async (tx: Tx, id: number, nowMs: number): Promise<void> => {
    await tx.run(
      `UPDATE sync_run SET state = 'failed', finished_at = ?, open_slot = NULL WHERE id = ? AND state = 'running'`,
      [nowMs, id],
    )
  },
}
