import type { Tx } from '../../../core/db/tx.ts'
import type { Note, Timeline } from '../../../records/timeline/timeline.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import { type StepDone, stepLog } from '../model/step-log.ts'

/** What a walk of many customers leaves behind, written at its end in a few statements however many they are. */
export interface Trail {
  steps: StepDone[]
  notes: Note[]
  /** Entries that stand still now, as they are to be kept. */
  parked: Entry[]
}

export const newTrail = (): Trail => ({ steps: [], notes: [], parked: [] })

/** Writes what has gathered, which is then forgotten. Safe to repeat: steps by entry and position, notes by their keys. */
export async function writeTrail(tx: Tx, trail: Trail, timeline: Pick<Timeline, 'noteAll'>): Promise<void> {
  const { steps, notes, parked } = trail
  Object.assign(trail, newTrail())
  await stepLog.writeAll(tx, steps)
  await entryStore.saveAll(tx, parked)
  await timeline.noteAll(tx, notes)
}
