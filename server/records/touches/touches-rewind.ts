import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { TOUCH } from './touch-tables.ts'

/** What was sent since is not sent yet. */
export const createTouchesRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run(sql`DELETE FROM ${TOUCH} WHERE ${TOUCH.at} > ${atMs}`)
  },
})
