import type { Tx } from '../../core/db/tx.ts'

/** Gives a guide's batches the new userid; a run that was planned over the rename may have batches of both, so the old
 *  ones are numbered on. Safe to repeat. */
export async function renameSender(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  const batches = await tx.rows<{ id: number; run_id: number; chunk: number }>(
    'SELECT id, run_id, chunk FROM send_batch WHERE userid = ? ORDER BY id',
    [oldUserId],
  )
  for (const { id, run_id, chunk } of batches) {
    const taken = await tx.row<{ most: number | null }>(
      'SELECT MAX(chunk) AS most FROM send_batch WHERE run_id = ? AND userid = ?',
      [run_id, newUserId],
    )
    const most = taken?.most ?? undefined
    await tx.run('UPDATE send_batch SET userid = ?, chunk = ? WHERE id = ?', [
      newUserId,
      most === undefined ? chunk : Number(most) + 1,
      id,
    ])
    await tx.run('UPDATE send_recipient SET userid = ? WHERE batch_id = ?', [newUserId, id])
  }
}
