import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { STAFF_PACE } from './staff-tables.ts'

/** Everybody's turn is free again. */
export const createStaffTellingRewind = (): Rewind => ({
  turnBack: async (tx) => {
    await tx.run(sql`DELETE FROM ${STAFF_PACE}`)
  },
})
