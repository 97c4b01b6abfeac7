import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { SCORE_RUN } from './score-tables.ts'

/** Scores stay as they are now; the night's look at everybody begins anew. */
export const createScoresRewind = (): Rewind => ({
  turnBack: async (tx) => {
    await tx.run(sql`DELETE FROM ${SCORE_RUN}`)
  },
})
