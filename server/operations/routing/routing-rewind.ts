import { pick, sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { changeInvitation } from './change-invitation.ts'
import { slotOf } from './invitation-queries.ts'
import { INVITATION, POOL_STANDING } from './routing-tables.ts'

/** Invitations since are gone, those closed since are open again. */
export const createRoutingRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run(sql`DELETE FROM ${INVITATION} WHERE ${INVITATION.opened_at} > ${atMs}`)
    await tx.run(sql`DELETE FROM ${POOL_STANDING} WHERE ${POOL_STANDING.reviewed_at} > ${atMs}`)
    const closed = await tx.rows(
      sql`SELECT ${pick(INVITATION, 'id', 'pool', 'external_userid')} FROM ${INVITATION}
          WHERE ${INVITATION.closed_at} > ${atMs}`,
    )
    for (const { id, pool, external_userid } of closed) {
      const slot = slotOf(pool, external_userid)
      await changeInvitation(tx, id, {
        state: 'open',
        open_slot: slot,
        closed_at: null,
        close_note: null,
        chat_id: null,
      })
    }
  },
})
