import { list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { endBatch, settleRest } from './outcomes.ts'
import { type BatchRow, SEND_RECIPIENT } from './send-tables.ts'
import { sendersOf } from './sender-places.ts'
import { isChosenByWecom } from './wecom-chooses.ts'

const UNKNOWN = '30 天内没有查到发送结果'

/** Thirty days on: what is not known now stays unknown. */
export async function giveUpPolling(
  tx: Tx,
  batch: Pick<BatchRow, 'id' | 'run_id' | 'chat_type' | 'userid' | 'state' | 'confirmed_at'>,
  nowMs: number,
): Promise<void> {
  if (isChosenByWecom(batch) && batch.state === 'created') {
    const asked = (await sendersOf(tx, [batch.id])).filter(
      ({ chosen, confirmed_at: at }) => chosen === 1 && at === null,
    )
    const isTheirs = sql`${SEND_RECIPIENT.userid} IN ${list(asked.map(({ userid }) => userid))}`
    if (asked.length > 0) await settleRest(tx, batch, { outcome: 'not-confirmed', atMs: nowMs }, isTheirs)
    await settleRest(tx, batch, { outcome: 'failed', reason: UNKNOWN, atMs: nowMs })
    return endBatch(tx, batch, 'closed', nowMs)
  }
  const isUnconfirmed = batch.state === 'created' && batch.confirmed_at === null
  await settleRest(tx, batch, {
    outcome: isUnconfirmed ? 'not-confirmed' : 'failed',
    reason: isUnconfirmed ? undefined : UNKNOWN,
    atMs: nowMs,
  })
  await endBatch(tx, batch, 'closed', nowMs)
}
