import type { ColumnName } from '../../core/db/define-table.ts'
import { commas, maybeNumber, type Sql, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { SyncKind, SyncState } from './sync-states.ts'
import { SYNC_RUN } from './sync-tables.ts'

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

const COLUMN_OF = {
  parts: 'parts',
  partsDone: 'parts_done',
  gaps: 'gaps',
  relations: 'relations',
  groups: 'chat_groups',
  groupsRead: 'chat_groups_read',
  found: 'found',
  renewed: 'renewed',
} as const satisfies Record<keyof Progress, ColumnName<typeof SYNC_RUN>>

async function runs(tx: Tx, where: Sql, limit: number): Promise<SyncRun[]> {
  const columns = select({
    id: SYNC_RUN.id,
    kind: SYNC_RUN.kind,
    dry: SYNC_RUN.dry,
    state: SYNC_RUN.state,
    startedAtMs: SYNC_RUN.started_at,
    finishedAtMs: SYNC_RUN.finished_at,
    parts: SYNC_RUN.parts,
    partsDone: SYNC_RUN.parts_done,
    gaps: SYNC_RUN.gaps,
    relations: SYNC_RUN.relations,
    relationsExpected: SYNC_RUN.relations_expected,
    groups: SYNC_RUN.chat_groups,
    groupsRead: SYNC_RUN.chat_groups_read,
    found: SYNC_RUN.found,
    renewed: SYNC_RUN.renewed,
  })
  const rows = await tx.rows(
    sql`SELECT ${columns} FROM ${SYNC_RUN} WHERE ${where} ORDER BY ${SYNC_RUN.id} DESC LIMIT ${limit}`,
  )
  return rows.map((row) => ({
    ...row,
    dry: row.dry === 1,
    finishedAtMs: row.finishedAtMs ?? undefined,
    relationsExpected: row.relationsExpected ?? undefined,
  }))
}

const one = async (tx: Tx, where: Sql): Promise<SyncRun | undefined> => (await runs(tx, where, 1))[0]

const isRunning = (id: number): Sql => sql`${SYNC_RUN.id} = ${id} AND ${SYNC_RUN.state} = 'running'`

export const syncRuns = {
  byId: (tx: Tx, id: number) => one(tx, sql`${SYNC_RUN.id} = ${id}`),
  open: (tx: Tx) => one(tx, sql`${SYNC_RUN.open_slot} = 'open'`),
  newest: (tx: Tx, kind: SyncKind) => one(tx, sql`${SYNC_RUN.kind} = ${kind}`),
  /** The newest one that ended and repaired. */
  newestEnded: (tx: Tx, kind: SyncKind) =>
    one(tx, sql`${SYNC_RUN.kind} = ${kind} AND ${SYNC_RUN.dry} = 0 AND ${SYNC_RUN.state} IN ('done', 'partial')`),
  /** When the last reconciliation before this one, that read everything and repaired, began; UTC milliseconds. */
  endedBefore: async (tx: Tx, id: number): Promise<number | undefined> =>
    (
      await one(
        tx,
        sql`${SYNC_RUN.kind} IN ('first', 'reconcile') AND ${SYNC_RUN.dry} = 0 AND ${SYNC_RUN.state} = 'done'
              AND ${SYNC_RUN.id} < ${id}`,
      )
    )?.startedAtMs,
  byAskKey: (tx: Tx, askKey: string) => one(tx, sql`${SYNC_RUN.ask_key} = ${askKey}`),
  /** Newest first. */
  recent: (tx: Tx, kind: SyncKind, limit: number): Promise<SyncRun[]> =>
    runs(tx, sql`${SYNC_RUN.kind} = ${kind}`, limit),
  /** When we began to listen: customers from before are history. UTC milliseconds; 0 before the first run. */
  listeningSince: async (tx: Tx): Promise<number> =>
    (
      await tx.row(
        sql`SELECT ${select({ at: maybeNumber(sql`MIN(${SYNC_RUN.started_at})`) })} FROM ${SYNC_RUN}
            WHERE ${SYNC_RUN.kind} = 'first'`,
      )
    )?.at ?? 0,

  /** Undefined when a run is under way, or this one was asked for before. */
  begin: async (
    tx: Tx,
    run: { kind: SyncKind; dry: boolean; askKey: string; nowMs: number },
  ): Promise<number | undefined> => {
    const { kind, askKey, nowMs } = run
    const inserted = await tx.insertIgnore(SYNC_RUN, [
      { kind, dry: run.dry ? 1 : 0, ask_key: askKey, state: 'running', started_at: nowMs, open_slot: 'open' },
    ])
    return inserted === 0 ? undefined : (await syncRuns.byAskKey(tx, askKey))?.id
  },
  expect: async (tx: Tx, id: number, relations: number): Promise<void> => {
    const changes = set(SYNC_RUN, { relations_expected: relations })
    await tx.run(sql`UPDATE ${SYNC_RUN} SET ${changes} WHERE ${SYNC_RUN.id} = ${id}`)
  },
  add: async (tx: Tx, id: number, progress: Progress): Promise<void> => {
    const fields = Object.entries(progress).filter(([, amount]) => amount !== 0) as [keyof Progress, number][]
    if (fields.length === 0) return
    const sums = fields.map(([field, amount]) => {
      const column = SYNC_RUN[COLUMN_OF[field]]
      return sql`${column} = ${column} + ${amount}`
    })
    await tx.run(sql`UPDATE ${SYNC_RUN} SET ${commas(sums)} WHERE ${SYNC_RUN.id} = ${id}`)
  },
  /** Ends the run when nothing of it is left to do; true when this call ended it. */
  finish: async (tx: Tx, id: number, nowMs: number): Promise<boolean> => {
    const ended = await tx.run(
      sql`UPDATE ${SYNC_RUN} SET ${SYNC_RUN.state} = CASE WHEN ${SYNC_RUN.gaps} > 0 THEN 'partial' ELSE 'done' END,
            ${set(SYNC_RUN, { finished_at: nowMs, open_slot: null })}
          WHERE ${isRunning(id)} AND ${SYNC_RUN.parts_done} >= ${SYNC_RUN.parts}`,
    )
    return ended > 0
  },
  fail: async (tx: Tx, id: number, nowMs: number): Promise<void> => {
    const changes = set(SYNC_RUN, { state: 'failed', finished_at: nowMs, open_slot: null })
    await tx.run(sql`UPDATE ${SYNC_RUN} SET ${changes} WHERE ${isRunning(id)}`)
  },
}
