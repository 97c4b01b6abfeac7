import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { MOMENT_SCHEDULE } from '../mass-send/send-tables.ts'
import { MOMENT_RUN, MOMENT_SENDER } from './moment-tables.ts'

/** Moments opened since are gone, with what came of them; scheduled ones come again at their next time. */
export const createMomentsRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    const isNewer = sql`${MOMENT_RUN.planned_at} > ${atMs}`
    const newer = sql`(SELECT ${MOMENT_RUN.id} FROM ${MOMENT_RUN} WHERE ${isNewer})`
    await tx.run(sql`DELETE FROM ${MOMENT_SENDER} WHERE ${MOMENT_SENDER.run_id} IN ${newer}`)
    await tx.run(sql`DELETE FROM ${MOMENT_RUN} WHERE ${isNewer}`)
    await tx.run(sql`DELETE FROM ${MOMENT_SCHEDULE}`)
  },
})
