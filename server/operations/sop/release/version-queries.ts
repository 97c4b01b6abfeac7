import { count, select, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { SOP_ENTRY } from '../sop-tables.ts'

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
    const { version, state, held_out, canary } = SOP_ENTRY
    const rows = await tx.rows(
      sql`SELECT ${select({ version, state, heldOut: held_out, canary, people: count() })} FROM ${SOP_ENTRY}
          WHERE ${SOP_ENTRY.sop} = ${sop} GROUP BY ${version}, ${state}, ${held_out}, ${canary}`,
    )
    const found = new Map<string, VersionPeople>()
    for (const row of rows) {
      const counts = found.get(row.version) ?? { ...NOBODY }
      found.set(row.version, counts)
      if (row.heldOut === 1) counts.watched += row.people
      else counts[row.state === 'active' ? 'inside' : row.state] += row.people
      if (row.canary === 1) counts.canary += row.people
    }
    return found
  },
}
