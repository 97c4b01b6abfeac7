import type { Tx } from '../../../core/db/tx.ts'
import type { EntryState } from '../model/sop-entry.ts'

/** People of one version of a journey, by how they stand; who is only watched is counted apart. */
export interface VersionPeople {
  inside: number
  goal: number
  finished: number
  left: number
  watched: number
  canary: number
}

const NOBODY: VersionPeople = { inside: 0, goal: 0, finished: 0, left: 0, watched: 0, canary: 0 }

export const versionQueries = {
  /** By version. */
  peopleOf: async (tx: Tx, sop: string): Promise<Map<string, VersionPeople>> => {
    const rows = await tx.rows<{
      version: string
      state: EntryState
      held_out: number
      canary: number
      people: number
    }>(
      `SELECT version, state, held_out, canary, COUNT(*) AS people FROM sop_entry WHERE sop = ?
       GROUP BY version, state, held_out, canary`,
      [sop],
    )
    const found = new Map<string, VersionPeople>()
    for (const { version, state, held_out, canary, people } of rows) {
      const counts = found.get(version) ?? { ...NOBODY }
      found.set(version, counts)
      const count = Number(people)
      if (held_out === 1) counts.watched += count
      else counts[state === 'active' ? 'inside' : state] += count
      if (canary === 1) counts.canary += count
    }
    return found
  },
}
