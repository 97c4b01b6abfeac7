import { list, select, set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { Reason } from '../../../core/kernel/reason.ts'
import { SOP_STEP } from '../sop-tables.ts'

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

const { entry_id, position, kind, at, outcome, reason } = SOP_STEP
const COLUMNS = select({ entryId: entry_id, position, kind, atMs: at, outcome, reason })

const toStep = (row: Omit<StepDone, 'reason'> & { reason: string | null }): StepDone => ({
  ...row,
  reason: row.reason === null ? undefined : (JSON.parse(row.reason) as Reason),
})

export const stepLog = {
  /** What was done before at the position where each of these entries stands, by entry. */
  findAll: async (tx: Tx, entries: { id: number; position: string }[]): Promise<Map<number, StepDone>> => {
    const standing = new Map(entries.map((entry) => [entry.id, entry.position]))
    const positions = [...new Set(standing.values())]
    if (positions.length === 0) return new Map()
    const rows = await tx.rows(
      sql`SELECT ${COLUMNS} FROM ${SOP_STEP}
          WHERE ${entry_id} IN ${list([...standing.keys()])} AND ${position} IN ${list(positions)}`,
    )
    const steps = rows.map(toStep).filter((step) => standing.get(step.entryId) === step.position)
    return new Map(steps.map((step) => [step.entryId, step]))
  },

  /** Once for each entry and position; a later writing replaces the outcome. */
  writeAll: async (tx: Tx, steps: StepDone[]): Promise<void> => {
    if (steps.length === 0) return
    await tx.upsertLater(
      SOP_STEP,
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
  setOutcome: async (tx: Tx, entryId: number, place: string, text: string): Promise<void> => {
    await tx.run(
      sql`UPDATE ${SOP_STEP} SET ${set(SOP_STEP, { outcome: text })} WHERE ${entry_id} = ${entryId} AND ${position} = ${place}`,
    )
  },

  /** In the order in which they happened. */
  ofEntries: async (tx: Tx, entryIds: number[]): Promise<StepDone[]> => {
    if (entryIds.length === 0) return []
    const rows = await tx.rows(
      sql`SELECT ${COLUMNS} FROM ${SOP_STEP} WHERE ${entry_id} IN ${list(entryIds)} ORDER BY ${SOP_STEP.id}`,
    )
    return rows.map(toStep)
  },
}
