import { set, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import { enterableSops } from '../../../rules/release/enterable-sops.ts'
import { eventNameOf } from '../../../rules/schema/sop-event.ts'
import type { Vocabulary } from '../../../rules/vocabulary.ts'
import { isAbout, type Subject } from '../model/is-about.ts'
import { matchesEvent } from '../model/matches-event.ts'
import { type Entry, type EntryEvent, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { SOP_ENTRY } from '../sop-tables.ts'

/** Keeps when the goal of an entry was first reached and when its guide was lost, whether it is still under way or not: a
 *  journey of three days, one of thirty, and those who are only watched are then measured alike. Safe to repeat. */
export function createNoteOutcomes(deps: {
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
  vocabulary: Vocabulary
}) {
  const { rules, versions, vocabulary } = deps

  const goalKinds = (): Set<string> => {
    return new Set(
      enterableSops(rules.current()).flatMap(({ value }) =>
        value.goal === undefined ? [] : [eventNameOf(value.goal)],
      ),
    )
  }

  async function isGoal(tx: Tx, entry: Entry, event: EntryEvent): Promise<boolean> {
    const goal = (await versions(tx, entry.sop, entry.version))?.value.goal
    return goal !== undefined && matchesEvent(vocabulary, goal, event)
  }

  return async (tx: Tx, event: EntryEvent, subject: Subject): Promise<void> => {
    // A customer handed to another guide is not lost.
    const isLoss = event.kind === 'customer.lost' && event.payload.by !== 'transfer'
    if (!isLoss && !goalKinds().has(event.kind)) return
    for (const entry of await entryStore.ofCustomer(tx, subject.externalUserId)) {
      if (!isAbout(event, subject, entry)) continue
      if (isLoss) await noteFirst(tx, 'lost_at', entry, event)
      if (await isGoal(tx, entry, event)) await noteFirst(tx, 'goal_at', entry, event)
    }
  }
}

async function noteFirst(tx: Tx, column: 'goal_at' | 'lost_at', entry: Entry, event: EntryEvent): Promise<void> {
  await tx.run(
    sql`UPDATE ${SOP_ENTRY} SET ${set(SOP_ENTRY, { [column]: event.atMs })}
        WHERE ${SOP_ENTRY.id} = ${entry.id} AND ${SOP_ENTRY[column]} IS NULL`,
  )
}

export type NoteOutcomes = ReturnType<typeof createNoteOutcomes>
