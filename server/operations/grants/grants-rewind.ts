import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { SHOP_GRANT as g } from './grant-tables.ts'

/** What was given or asked for since is not yet. */
export const createGrantsRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run(sql`DELETE FROM ${g} WHERE ${g.asked_at} > ${atMs} OR ${g.ended_at} > ${atMs}`)
  },
})
