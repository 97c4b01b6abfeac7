import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { GROUP_TOUCH, TOUCH } from './touch-tables.ts'

/** What was sent since is not sent yet. */
export const createTouchesRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    for (const table of [TOUCH, GROUP_TOUCH]) await tx.run(sql`DELETE FROM ${table} WHERE ${table.at} > ${atMs}`)
  },
})
