import type { Tx } from '../../../core/db/tx.ts'
import type { Reason } from '../../../core/kernel/reason.ts'

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

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ')

const COLUMNS = 'entry_id, position, kind, at, outcome, reason'

export const stepLog = {
  /** What was done before at the position where each of these entries stands, by entry. */
  findAll: async (tx: Tx, entries: { id: number; position: string }[]): Promise<Map<number, StepDone>> => {
    const standing = new Map(entries.map((entry) => [entry.id, entry.position]))
    const positions = [...new Set(standing.values())]
    if (positions.length === 0) return new Map()
    const rows = await tx.rows<StoredStep>(
      `SELECT ${COLUMNS} FROM sop_step WHERE entry_id IN (${marks(standing.size)}) AND position IN (${marks(positions.length)})`,
      [...standing.keys(), ...positions],
    )
    const steps = rows.map(toStep).filter((step) => standing.get(step.entryId) === step.position)
    return new Map(steps.map((step) => [step.entryId, step]))
  },

  /** Once for each entry and position; a later writing replaces the outcome. */
  writeAll: async (tx: Tx, steps: StepDone[]): Promise<void> => {
    if (steps.length === 0) return
    await tx.upsert(
      'sop_step',
      steps.map((step) => ({
        entry_id: step.entryId,
        position: step.position,
        kind: step.kind,
        at: step.atMs,
        outcome: step.outcome,
        reason: step.reason === undefined ? null : JSON.stringify(step.reason),
      })),
      ['entry_id', 'position'],
      ['at', 'outcome', 'reason'],
    )
  },

  /** What became of a step that was done, once it is known. */
  setOutcome: async (tx: Tx, entryId: number, position: string, outcome: string): Promise<void> => {
    await tx.run('UPDATE sop_step SET outcome = ? WHERE entry_id = ? AND position = ?', [outcome, entryId, position])
  },

  /** In the order in which they happened. */
  ofEntries: async (tx: Tx, entryIds: number[]): Promise<StepDone[]> => {
    if (entryIds.length === 0) return []
    const rows = await tx.rows<StoredStep>(
      `SELECT ${COLUMNS} FROM sop_step WHERE entry_id IN (${marks(entryIds.length)}) ORDER BY id`,
      entryIds,
    )
    return rows.map(toStep)
  },
}
