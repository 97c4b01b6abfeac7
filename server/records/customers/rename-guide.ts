import type { Tx } from '../../core/db/tx.ts'

/** Moves all follows to the guide's new userid. A pair that was read under the new id already keeps that reading, but
 *  the older beginning. The timeline and the sources keep the id of their time. Safe to repeat. */
export async function renameGuide(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  const twice = await tx.rows<{ external_userid: string; added_at: number | null; announced: number }>(
    `SELECT o.external_userid AS external_userid, o.added_at AS added_at, o.announced AS announced
     FROM follow o JOIN follow n ON n.external_userid = o.external_userid AND n.userid = ? WHERE o.userid = ?`,
    [newUserId, oldUserId],
  )
  for (const pair of twice) {
    await tx.run(
      `UPDATE follow SET announced = CASE WHEN announced = 1 OR ? = 1 THEN 1 ELSE 0 END,
              added_at = CASE WHEN added_at IS NULL OR added_at > ? THEN ? ELSE added_at END
       WHERE external_userid = ? AND userid = ?`,
      [pair.announced, pair.added_at, pair.added_at, pair.external_userid, newUserId],
    )
    await tx.run('DELETE FROM follow WHERE external_userid = ? AND userid = ?', [pair.external_userid, oldUserId])
  }
  await tx.run('UPDATE follow SET userid = ? WHERE userid = ?', [newUserId, oldUserId])
  await tx.run(
    `DELETE FROM customer_phone WHERE userid = ? AND EXISTS (
       SELECT 1 FROM (SELECT external_userid, phone_hash FROM customer_phone WHERE userid = ?) n
       WHERE n.external_userid = customer_phone.external_userid AND n.phone_hash = customer_phone.phone_hash)`,
    [oldUserId, newUserId],
  )
  await tx.run('UPDATE customer_phone SET userid = ? WHERE userid = ?', [newUserId, oldUserId])
}
