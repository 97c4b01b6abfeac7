import type { Tx } from '../../core/db/tx.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Level } from '../../rules/book/rule-book.ts'

/** The guides of a level under the userids that they have now. */
export function createGuidesOf(staff: { queries: Pick<Staff['queries'], 'currentIdOf'> }) {
  return async function guidesOf(tx: Tx, level: Level): Promise<string[]> {
    const guides: string[] = []
    for (const userId of level.value.guides ?? []) guides.push(await staff.queries.currentIdOf(tx, userId))
    return guides
  }
}
export type GuidesOf = ReturnType<typeof createGuidesOf>
