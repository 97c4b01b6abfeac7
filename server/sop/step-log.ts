import type { Tx } from '../db/tx.ts'
import type { Reason } from '../kernel/reason.ts'

/** What was done at one step of one journey; each step at most once. */
export interface StepDone {
  entryId: number
  position: string
  kind: string
  atMs: number
  /** One Chinese line. */
  outcome: string
  reason: Reason | undefined
}

interface StoredStep {
  entry_id: number
  position: string
  kind: string
  at: number
  outcome: string
  reason: string | null
}

const toStep = (row: StoredStep): StepDone => ({
  entryId: row.entry_id,
  position: row.position,
  kind: row.kind,
  atMs: row.at,
  outcome: row.outcome,
  reason: row.reason === null ? undefined : (JSON.parse(row.reason) as Reason),
})

const COLUMNS = 'entry_id, position, kind, at, outcome, reason'

export const stepLog = {
  find: async (tx: Tx, entryId: number, position: string): Promise<StepDone | undefined> => {
    const row = await tx.row<StoredStep>(`SELECT ${COLUMNS} FROM sop_step WHERE entry_id = ? AND position = ?`, [
      entryId,
      position,
    ])
    return row === undefined ? undefined : toStep(row)
  },

  write: async (tx: Tx, step: StepDone): Promise<void> => {
    await tx.upsert(
      'sop_step',
      [
        {
          entry_id: step.entryId,
          position: step.position,
          kind: step.kind,
          at: step.atMs,
          outcome: step.outcome,
          reason: step.reason === undefined ? null : JSON.stringify(step.reason),
        },
      ],
      ['entry_id', 'position'],
      ['at', 'outcome', 'reason'],
    )
  },

  /** In the order in which they happened. */
  ofEntries: async (tx: Tx, entryIds: number[]): Promise<StepDone[]> => {
    if (entryIds.length === 0) return []
    const rows = await tx.rows<StoredStep>(
      `SELECT ${COLUMNS} FROM sop_step WHERE entry_id IN (${entryIds.map(() => '?').join(', ')}) ORDER BY id`,
      entryIds,
    )
    return rows.map(toStep)
  },
}
