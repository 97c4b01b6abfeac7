import { pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { COMPLAINT } from './complaint-tables.ts'
import { tellGuide } from './tell-guide.ts'

const AFTER_MS = DAY_MS
const BATCH = 200
const unreminded = sql`${COMPLAINT.announced} = 1 AND ${COMPLAINT.reminded} = 0`

/** A day after a complaint its guide is told once more. */
export function remindJob({
  db,
  clock,
  outbox,
}: {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: Clock
  outbox: Outbox
}): Job {
  return {
    name: 'complaints.remind',
    everyMs: 10 * MINUTE_MS,
    dueAt: async (tx) => {
      const first = await tx.row(
        sql`SELECT ${pick(COMPLAINT, 'received_at')} FROM ${COMPLAINT} WHERE ${unreminded}
            ORDER BY ${COMPLAINT.received_at} LIMIT 1`,
      )
      return first && first.received_at + AFTER_MS
    },
    run: () =>
      db.tx(async (tx) => {
        const due = await tx.rows(
          sql`SELECT ${pick(COMPLAINT, 'id', 'complaint_id', 'external_userid')} FROM ${COMPLAINT}
              WHERE ${unreminded} AND ${COMPLAINT.received_at} <= ${clock.now() - AFTER_MS}
              ORDER BY ${COMPLAINT.received_at} LIMIT ${BATCH}`,
        )
        for (const { id, complaint_id, external_userid } of due) {
          await tx.run(sql`UPDATE ${COMPLAINT} SET ${set(COMPLAINT, { reminded: 1 })} WHERE ${COMPLAINT.id} = ${id}`)
          if (external_userid === null) continue
          const text = '昨天的投诉处理好了吗？'
          await tellGuide(tx, outbox, { key: `${complaint_id}:again`, externalUserId: external_userid, text })
        }
      }),
  }
}
