import type { Tx } from '../db/tx.ts'

export type SyncState = 'running' | 'done' | 'partial' | 'failed'

export interface SyncRun {
  state: SyncState
  startedAtMs: number
  finishedAtMs: number | undefined
  /** Groups of guides to read, and how many of them are read to the end. */
  parts: number
  partsDone: number
  /** Guide–customer pairs read so far. */
  relations: number
}

const NAME = 'first'

export async function readRun(tx: Tx): Promise<SyncRun | undefined> {
  const row = await tx.row<{
    state: SyncState
    started_at: number
    finished_at: number | null
    parts: number
    parts_done: number
    relations: number
  }>('SELECT state, started_at, finished_at, parts, parts_done, relations FROM sync_run WHERE name = ?', [NAME])
  if (row === undefined) return undefined
  return {
    state: row.state,
    startedAtMs: row.started_at,
    finishedAtMs: row.finished_at ?? undefined,
    parts: row.parts,
    partsDone: row.parts_done,
    relations: row.relations,
  }
}

/** True when this call began the run; a run that is under way or done is left alone. */
export async function beginRun(tx: Tx, nowMs: number): Promise<boolean> {
  const isNew = await tx.insertIgnore('sync_run', [{ name: NAME, state: 'running', started_at: nowMs }])
  if (isNew > 0) return true
  const again = await tx.run(
    `UPDATE sync_run SET state = 'running', started_at = ?, finished_at = NULL, parts = 0, parts_done = 0, relations = 0
     WHERE name = ? AND state = 'failed'`,
    [nowMs, NAME],
  )
  return again > 0
}

export async function addParts(tx: Tx, count: number): Promise<void> {
  await tx.run('UPDATE sync_run SET parts = parts + ? WHERE name = ?', [count, NAME])
}

export async function addRelations(tx: Tx, count: number): Promise<void> {
  await tx.run('UPDATE sync_run SET relations = relations + ? WHERE name = ?', [count, NAME])
}

export async function finishPart(tx: Tx, nowMs: number, { hasGap }: { hasGap: boolean }): Promise<void> {
  await tx.run('UPDATE sync_run SET parts_done = parts_done + 1 WHERE name = ?', [NAME])
  if (hasGap) await tx.run(`UPDATE sync_run SET state = 'partial' WHERE name = ?`, [NAME])
  await finishRun(tx, nowMs)
}

/** Ends the run when all its parts are done. */
export async function finishRun(tx: Tx, nowMs: number): Promise<void> {
  await tx.run(
    `UPDATE sync_run SET state = CASE WHEN state = 'running' THEN 'done' ELSE state END, finished_at = ?
     WHERE name = ? AND parts_done >= parts AND finished_at IS NULL`,
    [nowMs, NAME],
  )
}

export async function failRun(tx: Tx, nowMs: number): Promise<void> {
  await tx.run(`UPDATE sync_run SET state = 'failed', finished_at = ? WHERE name = ?`, [nowMs, NAME])
}
