import { set, sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { SHOP_GRANT as g } from './grant-tables.ts'

/** What was asked for since is not yet; what ended since was on its way, untried where it was tried since. */
export const createGrantsRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run(sql`DELETE FROM ${g} WHERE ${g.asked_at} > ${atMs}`)
    const open = set(g, { state: 'asked', ended_at: null, why: null })
    await tx.run(sql`UPDATE ${g} SET ${open} WHERE ${g.ended_at} > ${atMs}`)
    const untried = set(g, { member: null, held_before: null, tried_at: null })
    await tx.run(sql`UPDATE ${g} SET ${untried} WHERE ${g.tried_at} > ${atMs}`)
  },
})
