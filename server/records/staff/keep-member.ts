import type { RowOf } from '../../core/db/define-table.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { RefreshStaff } from './staff-actions.ts'
import { staffQueries } from './staff-queries.ts'
import { STAFF } from './staff-tables.ts'

const s = STAFF

export const updateMember = (tx: Tx, userId: string, changes: Partial<RowOf<typeof STAFF>>): Promise<number> =>
  tx.run(sql`UPDATE ${s} SET ${set(s, changes)} WHERE ${s.userid} = ${userId}`)

/** Makes a row for a member; true when there was none. */
export const keepMember = async (tx: Tx, userId: string, clock: Clock): Promise<boolean> =>
  (await tx.insertIgnore(s, [{ userid: userId, state: 'active', known_at: clock.now() }])) > 0

/** Asks the platform about one member. `key`: what makes it the same question. `leftAtMs`: an event said that the member
 *  left then, UTC milliseconds, and nobody has been told yet. */
export const askForMember = (
  tx: Tx,
  outbox: Outbox,
  { userId, key, leftAtMs }: { userId: string; key: string; leftAtMs?: number | undefined },
): Promise<void> =>
  outbox.enqueue(tx, RefreshStaff, {
    key: `staff.refresh:${key}`,
    userId,
    payload: { userId, ...(leftAtMs === undefined ? {} : { leftAtMs }) },
    reason: { text: '读取成员资料' },
  })

/** Makes a row for a guide met in an event, and asks for the name. Safe to repeat. */
export async function ensureKnown(
  tx: Tx,
  userId: string,
  { clock, outbox }: { clock: Clock; outbox: Outbox },
): Promise<void> {
  // Nearly always so; writing to a busy guide's row for each new customer would make all of them wait for each other.
  if ((await staffQueries.get(tx, userId))?.isGuide === true) return
  if (await keepMember(tx, userId, clock)) await askForMember(tx, outbox, { userId, key: `new:${userId}` })
  await tx.run(sql`UPDATE ${s} SET ${set(s, { is_guide: 1 })} WHERE ${s.userid} = ${userId} AND ${s.is_guide} = 0`)
}
