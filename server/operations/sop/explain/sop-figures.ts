import type { ReadTx } from '../../../core/db/tx.ts'
import type { EntryState } from '../model/sop-entry.ts'

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

interface StoredEntry {
  id: number
  sop: string
  version: string
  external_userid: string
  userid: string
  held_out: number
  entered_at: number
  facts: string | null
  state: EntryState
  ended_at: number | null
  end_reason: string | null
}

/** What journeys did in a span of time, for those who count. Both ends are UTC milliseconds; the first is left out. */
export const sopFigures = {
  /** In order of time, then of customers. A step that is only begun and still to be tried again is not among them. */
  steps: async (tx: ReadTx, fromMs: number, toMs: number): Promise<StepFigure[]> => {
    const rows = await tx.rows<{
      entry_id: number
      sop: string
      version: string
      external_userid: string
      userid: string
      position: string
      kind: string
      outcome: string
      at: number
    }>(
      `SELECT s.entry_id, e.sop, e.version, e.external_userid, e.userid, s.position, s.kind, s.outcome, s.at
       FROM sop_step s JOIN sop_entry e ON e.id = s.entry_id
       WHERE s.at > ? AND s.at <= ? AND NOT (e.state = 'active' AND e.position = s.position)
       ORDER BY s.at, e.external_userid, s.id`,
      [fromMs, toMs],
    )
    return rows.map(({ entry_id, external_userid, userid, at, ...rest }) => ({
      ...rest,
      entryId: entry_id,
      externalUserId: external_userid,
      userId: userid,
      atMs: at,
    }))
  },

  /** Everybody who was inside at some time of the span, in order of entering. */
  entries: async (tx: ReadTx, fromMs: number, toMs: number): Promise<EntryFigure[]> => {
    const rows = await tx.rows<StoredEntry>(
      `SELECT id, sop, version, external_userid, userid, held_out, entered_at, facts, state, ended_at, end_reason
       FROM sop_entry WHERE entered_at <= ? AND (ended_at IS NULL OR ended_at > ?)
       ORDER BY entered_at, sop, external_userid`,
      [toMs, fromMs],
    )
    return rows.map((row) => ({
      id: row.id,
      sop: row.sop,
      version: row.version,
      externalUserId: row.external_userid,
      userId: row.userid,
      heldOut: row.held_out === 1,
      enteredAtMs: row.entered_at,
      facts: JSON.parse(row.facts ?? '{}') as Record<string, unknown>,
      state: row.state,
      endedAtMs: row.ended_at ?? undefined,
      endReason: row.end_reason ?? undefined,
    }))
  },
}
