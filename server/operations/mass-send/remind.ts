import type { Db } from '../../core/db/db.ts'
import { all, sql } from '../../core/db/sql.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { changeBatch, needBatch } from './batches.ts'
import { RemindMassSend } from './create-action.ts'
import { ringEnd, ringTime } from './poll-times.ts'
import { SEND_BATCH } from './send-tables.ts'
import { titleOf } from './variant-content.ts'
import { ofSender } from './wecom-chooses.ts'

export interface RemindDeps {
  db: Db
  clock: Clock
  outbox: Outbox
  wecom: Pick<Wecom, 'massSends'>
}

const BATCHES = 200

/** Queues the one reminder of every batch whose guide has not confirmed in time; outside the ringing hours it moves to
 *  the next morning. The platform allows three in 24 hours (41094); the others are left to people. */
export async function queueReminders({ db, clock, outbox }: RemindDeps): Promise<void> {
  const now = clock.now()
  await db.tx(async (tx) => {
    const due = await tx.rows(
      sql`SELECT ${all(SEND_BATCH)} FROM ${SEND_BATCH}
          WHERE ${SEND_BATCH.state} = 'created' AND ${SEND_BATCH.confirmed_at} IS NULL AND ${SEND_BATCH.remind_at} <= ${now}
          ORDER BY ${SEND_BATCH.remind_at}, ${SEND_BATCH.id} LIMIT ${BATCHES}`,
    )
    for (const batch of due) {
      const ringAt = ringTime(now)
      await changeBatch(tx, batch.id, { remind_at: ringAt > now ? ringAt : null })
      if (ringAt > now) continue
      const { sendName, rule } = await needBatch(tx, batch.id)
      await outbox.enqueue(tx, RemindMassSend, {
        key: `mass-send.remind:${batch.id}`,
        payload: { batchId: batch.id },
        ...ofSender(batch),
        expiresAtMs: ringEnd(now),
        reason: {
          text: `${titleOf(sendName, batch.variant)}创建 3 小时后仍未确认`,
          rule,
        },
      })
    }
  })
}

/** Carries out `mass-send.remind`; a guide who has confirmed meanwhile is left in peace. Once more than intended (after
 *  a crash) does no harm: the platform counts to three. Source: docs 97610. */
export function remindExecutor({ db, clock, wecom }: RemindDeps): Executor {
  return execute(RemindMassSend, {
    perform: async ({ payload }) => {
      const { batch } = await db.tx((tx) => needBatch(tx, payload.batchId))
      if (batch.msgid === null || batch.state !== 'created') return 'not-needed'
      const { task_list: tasks = [] } = await wecom.massSends.tasks({ msgid: batch.msgid, limit: 1_000 })
      if (tasks.length > 0 && tasks.every((task) => task.status !== 0)) return 'not-needed'
      await wecom.massSends.remind({ msgid: batch.msgid })
      return 'reminded'
    },
    record: async (tx, { payload }, result) => {
      if (result !== 'reminded') return
      await changeBatch(tx, payload.batchId, { reminded_at: clock.now() })
    },
  })
}
