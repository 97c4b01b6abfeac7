import type { Tx } from '../../../core/db/tx.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Reason } from '../../../core/kernel/reason.ts'
import type { Note, Timeline } from '../../../records/timeline/timeline.ts'
import type { SopVersion } from '../../../rules/book/rule-book.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import { type StepDone, stepLog } from '../model/step-log.ts'
import { positionText } from '../model/step-path.ts'
import { keyOf } from './step-result.ts'

export interface TrailDeps {
  clock: Clock
  timeline: Pick<Timeline, 'noteAll'>
}

/** What a walk of many customers leaves behind, written in a few statements however many they are. */
export interface Trail {
  /** What was done at the step where this entry stands; `atMs`: when that was reached, where it is not now. */
  log(entry: Entry, kind: string, outcome: string, more?: { reason?: Reason; atMs?: number }): void
  /** The same for the customer's timeline. */
  tell(sop: SopVersion, entry: Entry, outcome: string, reason: Reason): void
  /** This entry stands still now, as it is given. */
  park(entry: Entry): void
  /** Writes what has gathered, which is then forgotten. Safe to repeat: steps by entry and position, notes by their keys. */
  write(tx: Tx): Promise<void>
}

export function newTrail({ clock, timeline }: TrailDeps): Trail {
  let steps: StepDone[] = []
  let notes: Note[] = []
  let parked: Entry[] = []
  return {
    log: ({ id: entryId, position }, kind, outcome, { reason, atMs = clock.now() } = {}) => {
      steps.push({ entryId, position, kind, atMs, outcome, reason })
    },
    tell: (sop, entry, outcome, reason) => {
      const { externalUserId, userId } = entry
      const text = `SOP「${sop.title}」${outcome}`
      notes.push({ key: keyOf(entry), externalUserId, userId, kind: 'sop.step', text, reason })
    },
    park: (entry) => {
      parked.push(entry)
    },
    write: async (tx) => {
      const gathered = { steps, notes, parked }
      ;[steps, notes, parked] = [[], [], []]
      await stepLog.writeAll(tx, gathered.steps)
      await entryStore.saveAll(tx, gathered.parked)
      await timeline.noteAll(tx, gathered.notes)
    },
  }
}

/** Why something is done at the step where this entry stands. */
export const reasonOf = (
  sop: SopVersion,
  entry: Entry,
  because?: { text: string; seen?: Record<string, unknown> },
): Reason => ({
  text: `SOP「${sop.title}」${positionText(entry.position)}${because === undefined ? '' : `：${because.text}`}`,
  rule: { kind: 'sop', name: sop.name, version: sop.version },
  ...(because?.seen === undefined ? {} : { facts: because.seen }),
  ...(entry.event === undefined ? {} : { eventId: entry.event.id }),
})
