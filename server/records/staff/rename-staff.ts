import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { STAFF, STAFF_RENAME } from './staff-tables.ts'

/** Gives a member's row the new userid and remembers the old one. Safe to repeat. */
export async function renameStaff(tx: Tx, oldUserId: string, newUserId: string, atMs: number): Promise<void> {
  const [s, r] = [STAFF, STAFF_RENAME]
  const hasOld = await tx.row(sql`SELECT 1 FROM ${s} WHERE ${s.userid} = ${oldUserId}`)
  if (hasOld !== undefined) {
    // Met under the new id already: the fuller row stays.
    await tx.run(sql`DELETE FROM ${s} WHERE ${s.userid} = ${newUserId}`)
    await tx.run(sql`UPDATE ${s} SET ${set(s, { userid: newUserId })} WHERE ${s.userid} = ${oldUserId}`)
  }
  await tx.run(sql`UPDATE ${r} SET ${set(r, { new_userid: newUserId })} WHERE ${r.new_userid} = ${oldUserId}`)
  await tx.run(sql`DELETE FROM ${r} WHERE ${r.old_userid} = ${newUserId}`)
  await tx.upsert(
    r,
    [{ old_userid: oldUserId, new_userid: newUserId, renamed_at: atMs }],
    ['old_userid'],
    ['new_userid', 'renamed_at'],
  )
}
