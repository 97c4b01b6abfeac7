import type { RowOf } from '../../core/db/define-table.ts'
import { all, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { PartKind, PartState } from './sync-states.ts'
import { SYNC_PART } from './sync-tables.ts'

/** A share of a run: the guides, groups or codes to read, and for guides what was listed of them so far. */
export interface SyncPart {
  id: number
  runId: number
  subjects: string[]
  listed: Listed
}

/** Per guide: how many of our friends were listed, and the sum of their ids' hashes. Equal to ours: nobody is missing. */
export type Listed = Record<string, [count: number, sum: number]>

async function change(tx: Tx, id: number, changes: Partial<RowOf<typeof SYNC_PART>>): Promise<void> {
  await tx.run(sql`UPDATE ${SYNC_PART} SET ${set(SYNC_PART, changes)} WHERE ${SYNC_PART.id} = ${id}`)
}

export const syncParts = {
  add: (tx: Tx, runId: number, kind: PartKind, subjects: string[]): Promise<number> =>
    tx.insert(SYNC_PART, { run_id: runId, kind, state: 'open', subjects: JSON.stringify(subjects) }),
  byId: async (tx: Tx, id: number): Promise<SyncPart | undefined> => {
    const row = await tx.row(sql`SELECT ${all(SYNC_PART)} FROM ${SYNC_PART} WHERE ${SYNC_PART.id} = ${id}`)
    if (row === undefined) return undefined
    return {
      id: row.id,
      runId: row.run_id,
      subjects: JSON.parse(row.subjects) as string[],
      listed: JSON.parse(row.listed ?? '{}') as Listed,
    }
  },
  /** Groups that the run's listing named. */
  subjectsOf: async (tx: Tx, runId: number, kind: PartKind): Promise<Set<string>> => {
    const rows = await tx.rows(
      sql`SELECT ${pick(SYNC_PART, 'subjects')} FROM ${SYNC_PART}
          WHERE ${SYNC_PART.run_id} = ${runId} AND ${SYNC_PART.kind} = ${kind}`,
    )
    return new Set(rows.flatMap((row) => JSON.parse(row.subjects) as string[]))
  },
  keepListed: (tx: Tx, id: number, listed: Listed): Promise<void> => change(tx, id, { listed: JSON.stringify(listed) }),
  end: (tx: Tx, id: number, state: Exclude<PartState, 'open'>): Promise<void> => change(tx, id, { state }),
  dropOf: async (tx: Tx, runId: number): Promise<void> => {
    await tx.run(sql`DELETE FROM ${SYNC_PART} WHERE ${SYNC_PART.run_id} = ${runId}`)
  },
}

/** FNV-1a, 32 bit: the sum over a guide's customers stays a safe integer, whatever their order. */
export function idHash(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
