import { set, sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { RECIPIENT_TABLES } from './recipients-of.ts'
import { SEND_BATCH, SEND_RUN, SEND_SCHEDULE, SEND_SENDER } from './send-tables.ts'

/** Mass-sends planned since are gone, with what came of them; scheduled ones come again at their next time. */
export const createSendsRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    const isNewer = sql`${SEND_RUN.planned_at} > ${atMs}`
    const newer = sql`(SELECT ${SEND_RUN.id} FROM ${SEND_RUN} WHERE ${isNewer})`
    for (const table of RECIPIENT_TABLES) await tx.run(sql`DELETE FROM ${table} WHERE ${table.run_id} IN ${newer}`)
    const theirs = sql`(SELECT ${SEND_BATCH.id} FROM ${SEND_BATCH} WHERE ${SEND_BATCH.run_id} IN ${newer})`
    await tx.run(sql`DELETE FROM ${SEND_SENDER} WHERE ${SEND_SENDER.batch_id} IN ${theirs}`)
    await tx.run(sql`DELETE FROM ${SEND_BATCH} WHERE ${SEND_BATCH.run_id} IN ${newer}`)
    await tx.run(sql`DELETE FROM ${SEND_RUN} WHERE ${isNewer}`)
    // The days of guides are counted anew.
    await tx.run(
      sql`UPDATE ${SEND_BATCH} SET ${set(SEND_BATCH, { counted_on: null })} WHERE ${SEND_BATCH.counted_on} IS NOT NULL`,
    )
    await tx.run(
      sql`UPDATE ${SEND_SENDER} SET ${set(SEND_SENDER, { counted_on: null })} WHERE ${SEND_SENDER.counted_on} IS NOT NULL`,
    )
    await tx.run(sql`DELETE FROM ${SEND_SCHEDULE}`)
  },
})
