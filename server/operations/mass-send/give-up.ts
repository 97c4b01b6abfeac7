import type { Db } from '../../core/db/db.ts'
import { all, sql } from '../../core/db/sql.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import { changeBatch, needBatch } from './batches.ts'
import { CancelMassSend } from './create-action.ts'
import { endBatch, settleRest, type Verdict } from './outcomes.ts'
import { SEND_BATCH } from './send-tables.ts'
import { isChosenByWecom, ofSender } from './wecom-chooses.ts'

export interface GiveUpDeps {
  db: Db
  clock: Clock
  outbox: Outbox
  wecom: Pick<Wecom, 'massSends'>
}

const BATCHES = 200

/** Queues the cancelling of every task that its guide has not confirmed in the time it was given, or before its run was
 *  cancelled. Safe to repeat. */
export async function queueCancels({ db, clock, outbox }: GiveUpDeps): Promise<void> {
  await db.tx(async (tx) => {
    const due = await tx.rows(
      sql`SELECT ${all(SEND_BATCH)} FROM ${SEND_BATCH}
          WHERE ${SEND_BATCH.state} = 'created' AND ${SEND_BATCH.give_up_at} <= ${clock.now()}
          ORDER BY ${SEND_BATCH.give_up_at}, ${SEND_BATCH.id} LIMIT ${BATCHES}`,
    )
    for (const batch of due) {
      await changeBatch(tx, batch.id, { give_up_at: null })
      if (batch.confirmed_at !== null) continue
      const { sendName, rule, cancelledBecause } = await needBatch(tx, batch.id)
      await outbox.enqueue(tx, CancelMassSend, {
        // Another decision is another try, should WeCom have refused the first.
        key: `mass-send.cancel:${batch.id}:${batch.give_up_at ?? ''}`,
        payload: { batchId: batch.id },
        ...ofSender(batch),
        reason: { text: `群发「${sendName}」${cancelledBecause ?? '没有在限定时间内确认'}`, rule },
      })
    }
  })
}

/** Carries out `mass-send.cancel`. Who confirms in that very moment keeps what was sent, and its results are read. Source:
 *  docs 97611. */
export function cancelExecutor({ db, clock, wecom }: GiveUpDeps): Executor {
  /** By its guide; of several by each of them. */
  const isConfirmed = async ({ msgid, isOfSeveral }: { msgid: string; isOfSeveral: boolean }): Promise<boolean> => {
    const asked = { msgid, limit: 1_000 }
    let tasks = 0
    for await (const { task_list } of pagesOf((more) => wecom.massSends.tasks({ ...asked, ...more }))) {
      tasks += task_list.length
      if (!isOfSeveral && task_list.some(({ status }) => status !== 0)) return true
      if (isOfSeveral && task_list.some(({ status }) => status === 0)) return false
    }
    return isOfSeveral && tasks > 0
  }

  return execute(CancelMassSend, {
    perform: async ({ payload }) => {
      const { batch } = await db.tx((tx) => needBatch(tx, payload.batchId))
      if (batch.msgid === null || batch.state !== 'created') return 'not-needed'
      const task = { msgid: batch.msgid, isOfSeveral: isChosenByWecom(batch) }
      if (await isConfirmed(task)) return 'confirmed'
      try {
        await wecom.massSends.cancel({ msgid: batch.msgid })
      } catch (error) {
        // An earlier try of ours, or a person in the console.
        if (!isRefusedWith(error, ERRCODE.alreadyCancelled)) throw error
      }
      if (task.isOfSeveral) return 'withdrawn'
      return (await isConfirmed(task)) ? 'confirmed' : 'cancelled'
    },
    record: async (tx, { payload }, result) => {
      // Who of them had confirmed, and whom that reached, is read with the results.
      if (result === 'withdrawn')
        await changeBatch(tx, payload.batchId, { withdrawn_at: clock.now(), poll_at: clock.now(), remind_at: null })
      if (result !== 'cancelled') return
      const { batch, cancelledBecause } = await needBatch(tx, payload.batchId)
      const atMs = clock.now()
      const verdict: Verdict =
        cancelledBecause === undefined
          ? { outcome: 'not-confirmed', reason: '没有在限定时间内确认，已取消', atMs }
          : { outcome: 'cancelled', reason: cancelledBecause, atMs }
      await settleRest(tx, batch, verdict)
      await endBatch(tx, batch, 'closed', atMs)
    },
  })
}
