import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { TIER_RUN } from './tier-tables.ts'

/** Levels stay as they are now; the night's look at everybody begins anew. */
export const createTiersRewind = (): Rewind => ({
  turnBack: async (tx) => {
    await tx.run(sql`DELETE FROM ${TIER_RUN}`)
  },
})
