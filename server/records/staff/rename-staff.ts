import type { Tx } from '../../core/db/tx.ts'

/** Gives a member's row the new userid and remembers the old one. Safe to repeat. */
export async function renameStaff(tx: Tx, oldUserId: string, newUserId: string, atMs: number): Promise<void> {
  const hasOld = await tx.row('SELECT 1 AS found FROM staff WHERE userid = ?', [oldUserId])
  if (hasOld !== undefined) {
    // Met under the new id already: the fuller row stays.
    await tx.run('DELETE FROM staff WHERE userid = ?', [newUserId])
    await tx.run('UPDATE staff SET userid = ? WHERE userid = ?', [newUserId, oldUserId])
  }
  await tx.run('UPDATE staff_rename SET new_userid = ? WHERE new_userid = ?', [newUserId, oldUserId])
  await tx.run('DELETE FROM staff_rename WHERE old_userid = ?', [newUserId])
  await tx.upsert(
    'staff_rename',
    [{ old_userid: oldUserId, new_userid: newUserId, renamed_at: atMs }],
    ['old_userid'],
    ['new_userid', 'renamed_at'],
  )
}
