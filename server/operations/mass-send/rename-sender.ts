import { maybeNumber, pick, select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { updateFree } from '../../core/db/update-free.ts'
import { changeBatch } from './batches.ts'
import { recipientsOf } from './recipients-of.ts'
import { SEND_BATCH, SEND_RECIPIENT, SEND_SENDER } from './send-tables.ts'

/** Gives a guide's batches the new userid; a run that was planned over the rename may have batches of both, so the old
 *  ones are numbered on. Safe to repeat. */
export async function renameSender(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  const batches = await tx.rows(
    sql`SELECT ${pick(SEND_BATCH, 'id', 'run_id', 'chat_type', 'chunk')} FROM ${SEND_BATCH}
        WHERE ${SEND_BATCH.userid} = ${oldUserId} ORDER BY ${SEND_BATCH.id}`,
  )
  for (const { id, run_id, chat_type, chunk } of batches) {
    const taken = await tx.row(
      sql`SELECT ${select({ most: maybeNumber(sql`MAX(${SEND_BATCH.chunk})`) })} FROM ${SEND_BATCH}
          WHERE ${SEND_BATCH.run_id} = ${run_id} AND ${SEND_BATCH.userid} = ${newUserId}`,
    )
    const most = taken?.most ?? undefined
    await changeBatch(tx, id, { userid: newUserId, chunk: most === undefined ? chunk : most + 1 })
    const { table } = recipientsOf({ chat_type })
    await tx.run(sql`UPDATE ${table} SET ${set(table, { userid: newUserId })} WHERE ${table.batch_id} = ${id}`)
  }
  await renameChosen(tx, oldUserId, newUserId)
}

/** The same where WeCom chose them, or was expected to. */
async function renameChosen(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  const [q, r] = [SEND_SENDER, SEND_RECIPIENT]
  const old = await tx.rows(sql`SELECT ${pick(q, 'id', 'batch_id')} FROM ${q} WHERE ${q.userid} = ${oldUserId}`)
  for (const { id, batch_id } of old) {
    // WeCom may have told of them under the new one already.
    await updateFree(tx, q, { userid: newUserId }, sql`${q.id} = ${id}`)
    for (const column of ['userid', 'expected_userid'] as const)
      await tx.run(
        sql`UPDATE ${r} SET ${set(r, { [column]: newUserId })} WHERE ${r.batch_id} = ${batch_id} AND ${r[column]} = ${oldUserId}`,
      )
  }
}
