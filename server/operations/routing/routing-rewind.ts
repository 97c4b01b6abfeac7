import type { Rewind } from '../../engine/inbox/rewind.ts'
import { slotOf } from './invitation-queries.ts'

/** Invitations since are gone, those closed since are open again. */
export const createRoutingRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run('DELETE FROM invitation WHERE opened_at > ?', [atMs])
    await tx.run('DELETE FROM pool_standing WHERE reviewed_at > ?', [atMs])
    const closed = await tx.rows<{ id: number; pool: string; external_userid: string }>(
      'SELECT id, pool, external_userid FROM invitation WHERE closed_at > ?',
      [atMs],
    )
    for (const { id, pool, external_userid } of closed) {
      await tx.run(
        `UPDATE invitation SET state = 'open', open_slot = ?, closed_at = NULL, close_note = NULL, chat_id = NULL WHERE id = ?`,
        [slotOf(pool, external_userid), id],
      )
    }
  },
})
