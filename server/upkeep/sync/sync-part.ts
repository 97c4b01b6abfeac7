import type { Tx } from '../../core/db/tx.ts'

export type PartKind = 'people' | 'groups' | 'ways' | 'feedback'

/** A share of a run: the guides, groups or codes to read, and for guides what was listed of them so far. */
export interface SyncPart {
  id: number
  runId: number
  subjects: string[]
  listed: Listed
}

/** Per guide: how many of our friends were listed, and the sum of their ids' hashes. Equal to ours: nobody is missing. */
export type Listed = Record<string, [count: number, sum: number]>

export const syncParts = {
  add: (tx: Tx, runId: number, kind: PartKind, subjects: string[]): Promise<number> =>
    tx.insert('sync_part', { run_id: runId, kind, state: 'open', subjects: JSON.stringify(subjects) }),
  byId: async (tx: Tx, id: number): Promise<SyncPart | undefined> => {
    const row = await tx.row<{ id: number; run_id: number; subjects: string; listed: string | null }>(
      'SELECT id, run_id, subjects, listed FROM sync_part WHERE id = ?',
      [id],
    )
    if (row === undefined) return undefined
    return {
      id: Number(row.id),
      runId: Number(row.run_id),
      subjects: JSON.parse(row.subjects) as string[],
      listed: JSON.parse(row.listed ?? '{}') as Listed,
    }
  },
  /** Groups that the run's listing named. */
  subjectsOf: async (tx: Tx, runId: number, kind: PartKind): Promise<Set<string>> => {
    const rows = await tx.rows<{ subjects: string }>('SELECT subjects FROM sync_part WHERE run_id = ? AND kind = ?', [
      runId,
      kind,
    ])
    return new Set(rows.flatMap((row) => JSON.parse(row.subjects) as string[]))
  },
  keepListed: async (tx: Tx, id: number, listed: Listed): Promise<void> => {
    await tx.run('UPDATE sync_part SET listed = ? WHERE id = ?', [JSON.stringify(listed), id])
  },
  end: async (tx: Tx, id: number, state: 'done' | 'gap'): Promise<void> => {
    await tx.run('UPDATE sync_part SET state = ? WHERE id = ?', [state, id])
  },
  dropOf: async (tx: Tx, runId: number): Promise<void> => {
    await tx.run('DELETE FROM sync_part WHERE run_id = ?', [runId])
  },
}

/** FNV-1a, 32 bit: the sum over a guide's customers stays a safe integer, whatever their order. */
export function idHash(id: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
