import { alias } from '../../../core/db/define-table.ts'
import { select, sql } from '../../../core/db/sql.ts'
import type { ReadTx } from '../../../core/db/tx.ts'
import { type EntryState, SOP_ENTRY, SOP_STEP } from '../sop-tables.ts'

const e = alias(SOP_ENTRY, 'e')
const s = alias(SOP_STEP, 's')
/** Of the entry, whichever figure is wanted. */
const WHOSE = { sop: e.sop, version: e.version, externalUserId: e.external_userid, userId: e.userid }

/** One step that one customer has taken. */
export interface StepFigure {
  entryId: number
  sop: string
  version: string
  externalUserId: string
  userId: string
  position: string
  kind: string
  outcome: string
  atMs: number
}

/** One customer's way through one journey. */
export interface EntryFigure {
  id: number
  sop: string
  version: string
  externalUserId: string
  userId: string
  heldOut: boolean
  enteredAtMs: number
  /** What the trigger's condition looked at. */
  facts: Record<string, unknown>
  state: EntryState
  endedAtMs: number | undefined
  endReason: string | undefined
}

/** What journeys did in a span of time, for those who count. Both ends are UTC milliseconds; the first is left out. */
export const sopFigures = {
  /** In order of time, then of customers. A step that is only begun and still to be tried again is not among them. */
  steps: (tx: ReadTx, fromMs: number, toMs: number): Promise<StepFigure[]> => {
    const step = { entryId: s.entry_id, position: s.position, kind: s.kind, outcome: s.outcome, atMs: s.at }
    return tx.rows(
      sql`SELECT ${select({ ...step, ...WHOSE })} FROM ${s} JOIN ${e} ON ${e.id} = ${s.entry_id}
          WHERE ${s.at} > ${fromMs} AND ${s.at} <= ${toMs}
            AND NOT (${e.state} = 'active' AND ${e.position} = ${s.position})
          ORDER BY ${s.at}, ${e.external_userid}, ${s.id}`,
    )
  },

  /** Everybody who was inside at some time of the span, in order of entering. */
  entries: async (tx: ReadTx, fromMs: number, toMs: number): Promise<EntryFigure[]> => {
    const times = { enteredAtMs: e.entered_at, endedAtMs: e.ended_at }
    const rest = { id: e.id, heldOut: e.held_out, facts: e.facts, state: e.state, endReason: e.end_reason }
    const rows = await tx.rows(
      sql`SELECT ${select({ ...WHOSE, ...times, ...rest })} FROM ${e}
          WHERE ${e.entered_at} <= ${toMs} AND (${e.ended_at} IS NULL OR ${e.ended_at} > ${fromMs})
          ORDER BY ${e.entered_at}, ${e.sop}, ${e.external_userid}`,
    )
    return rows.map((row) => ({
      ...row,
      heldOut: row.heldOut === 1,
      facts: JSON.parse(row.facts ?? '{}') as Record<string, unknown>,
      endedAtMs: row.endedAtMs ?? undefined,
      endReason: row.endReason ?? undefined,
    }))
  },
}
