import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { WELCOME } from './welcome-tables.ts'

/** Friendships since have had no welcome yet. */
export const createWelcomeRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run(sql`DELETE FROM ${WELCOME} WHERE ${WELCOME.added_at} > ${atMs}`)
  },
})
