import type { Tx } from '../../../core/db/tx.ts'
import type { Timeline } from '../../../records/timeline/timeline.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'
import { eventZh, type Vocabulary } from '../../../rules/vocabulary.ts'
import { type Entry, type EntryEvent, entryStore } from '../model/sop-entry.ts'
import { versionFor } from '../model/version-for.ts'
import type { Walk } from '../walk/walk.ts'
import { type Admitted, admit, type Known, type Occasion } from './admission.ts'
import type { ExclusiveGroup } from './exclusive-group.ts'
import type { Comer, GatherKnown } from './gather-known.ts'
import { type Cause, enteredNote, newEntry } from './new-entry.ts'
import type { Refused } from './refusal.ts'
import { refusalStore } from './refusal-store.ts'
import { createTellVerdicts, type VerdictDeps } from './verdict.ts'

export interface EnterOneDeps extends VerdictDeps {
  timeline: Pick<Timeline, 'note'>
  vocabulary: Vocabulary
  gatherKnown: GatherKnown
  exclusiveGroup: Pick<ExclusiveGroup, 'takeOver'>
  walk: Pick<Walk, 'begin'>
}

type Decided = { refused: Refused } | { refused?: undefined; sop: Sop; entry: Entry }

/** Lets one customer in, where `admit` says so. Safe to repeat: the same event lets nobody in twice. */
export function createEnterOne(deps: EnterOneDeps) {
  const { clock, timeline, vocabulary, gatherKnown, exclusiveGroup, walk } = deps
  const tell = createTellVerdicts(deps)

  /** Undefined: this very cause let them in before, so there is nothing to tell. */
  async function enter(
    tx: Tx,
    released: Sop,
    comer: Comer,
    { occasion, ...cause }: Cause & { occasion: Occasion },
  ): Promise<Decided | undefined> {
    const [known] = await gatherKnown(tx, released, [comer], { occasion, atMs: clock.now() })
    if (known === undefined) return undefined
    const decision = admit(released, known)
    const entry = decision.kind === 'admitted' ? await begin(tx, decision, known, cause) : undefined
    if (decision.kind === 'admitted' && entry === undefined) return undefined
    tell(released, [{ externalUserId: known.externalUserId, decision }])
    if (decision.kind === 'refused') return { refused: decision }
    return entry === undefined ? undefined : { sop: decision.sop, entry }
  }

  async function begin(tx: Tx, admitted: Admitted, known: Known, cause: Cause): Promise<Entry | undefined> {
    const { externalUserId, latest } = known
    const { name } = admitted.sop
    if (cause.event !== undefined && latest !== undefined) {
      if (await entryStore.wasBegunBy(tx, name, externalUserId, cause.event.id)) return undefined
    }
    const wanted = newEntry(admitted, known, cause, clock.now())
    const entry = await entryStore.begin(tx, wanted)
    if (entry === undefined) return undefined
    if (known.inside.length > 0) await exclusiveGroup.takeOver(tx, admitted.sop, [externalUserId])
    await timeline.note(tx, enteredNote(admitted, wanted, cause.why))
    return entry
  }

  return {
    /** By an event: who is admitted at this moment takes the first steps at once; why another is not is kept. */
    byEvent: async (tx: Tx, released: Sop, comer: Comer, event: EntryEvent): Promise<void> => {
      const decided = await enter(tx, released, comer, {
        occasion: { kind: 'event' },
        why: eventZh(vocabulary, event.kind),
        event,
      })
      if (decided === undefined) return
      if (decided.refused === undefined) return walk.begin(tx, decided.sop, decided.entry)
      const { externalUserId } = comer
      const { name: sop, version } = versionFor(released, externalUserId) ?? released
      const { atMs, kind } = event
      await refusalStore.note(tx, { sop, version, externalUserId, event: kind, atMs, why: decided.refused.zh })
    },

    /** By a step of another journey: `sop.due-entries` takes the first steps. Gives why the customer was not let in. */
    byStep: async (tx: Tx, released: Sop, comer: Comer, cause: Cause): Promise<Refused | undefined> =>
      (await enter(tx, released, comer, { occasion: { kind: 'step' }, ...cause }))?.refused,
  }
}
