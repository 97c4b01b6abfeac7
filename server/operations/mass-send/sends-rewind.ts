import { sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { SEND_BATCH, SEND_RECIPIENT, SEND_RUN, SEND_SCHEDULE } from './send-tables.ts'

/** Mass-sends planned since are gone, with what came of them; scheduled ones come again at their next time. */
export const createSendsRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    const isNewer = sql`${SEND_RUN.planned_at} > ${atMs}`
    const newer = sql`(SELECT ${SEND_RUN.id} FROM ${SEND_RUN} WHERE ${isNewer})`
    await tx.run(sql`DELETE FROM ${SEND_RECIPIENT} WHERE ${SEND_RECIPIENT.run_id} IN ${newer}`)
    await tx.run(sql`DELETE FROM ${SEND_BATCH} WHERE ${SEND_BATCH.run_id} IN ${newer}`)
    await tx.run(sql`DELETE FROM ${SEND_RUN} WHERE ${isNewer}`)
    await tx.run(sql`DELETE FROM ${SEND_SCHEDULE}`)
  },
})
