import type { Tx } from '../../../core/db/tx.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import type { Timeline } from '../../../records/timeline/timeline.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import { type EntryToBegin, entryStore } from '../model/sop-entry.ts'
import { type Admitted, admit } from './admission.ts'
import type { ExclusiveGroup } from './exclusive-group.ts'
import type { GatherKnown } from './gather-known.ts'
import { enteredNote, newEntry } from './new-entry.ts'
import { createTellVerdicts, type VerdictDeps } from './verdict.ts'

export interface EnterManyDeps extends VerdictDeps {
  timeline: Pick<Timeline, 'noteAll'>
  gatherKnown: GatherKnown
  exclusiveGroup: Pick<ExclusiveGroup, 'takeOver'>
}

/** A look at everybody for one journey. */
export interface Look {
  /** As of when customers are judged, UTC milliseconds. */
  atMs: number
  /** The occasion, a few Chinese words. */
  why: string
  /** Only these versions let anybody in. */
  versions: readonly Sop[]
}

/** Lets many customers in together, whoever of them `admit` admits, in a few statements however many they are. Safe to
 *  repeat. */
export function createEnterMany(deps: EnterManyDeps) {
  const { clock, timeline, gatherKnown, exclusiveGroup } = deps
  const tell = createTellVerdicts(deps)

  async function begin(tx: Tx, coming: { admitted: Admitted; entry: EntryToBegin }[], why: string): Promise<number> {
    const entries = coming.map(({ entry }) => entry)
    const begun = await entryStore.beginAll(tx, entries)
    for (const [sop, group] of groupBy(coming, ({ admitted }) => admitted.sop)) {
      const ids = group.map(({ entry }) => entry.externalUserId)
      await exclusiveGroup.takeOver(tx, sop, ids)
    }
    const notes = coming.map(({ admitted, entry }) => enteredNote(admitted, entry, why))
    await timeline.noteAll(tx, notes)
    return begun
  }

  return {
    /** Gives how many entered; `sop.due-entries` takes their first steps. */
    byScan: async (tx: Tx, released: Sop, externalUserIds: string[], look: Look): Promise<number> => {
      const { atMs, why, versions } = look
      const comers = externalUserIds.map((externalUserId) => ({ externalUserId }))
      const all = await gatherKnown(tx, released, comers, { occasion: { kind: 'look', versions }, atMs })
      const decided = all.map((known) => ({
        known,
        externalUserId: known.externalUserId,
        decision: admit(released, known),
      }))
      tell(released, decided)
      const coming = decided.flatMap(({ known, decision }) =>
        decision.kind === 'refused'
          ? []
          : [{ admitted: decision, entry: newEntry(decision, known, { why }, clock.now()) }],
      )
      return begin(tx, coming, why)
    },
  }
}
