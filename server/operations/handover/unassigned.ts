import type { Db } from '../../core/db/db.ts'
import { leftOut, type NewRowOf } from '../../core/db/define-table.ts'
import { sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Staff } from '../../records/staff/staff.ts'
import { StaffLeft } from '../../records/staff/staff-events.ts'
import { ReadUnassigned } from './handover-actions.ts'
import { handoverQueries } from './handover-queries.ts'
import { UNASSIGNED_CUSTOMER } from './handover-tables.ts'

export interface UnassignedDeps {
  db: Db
  clock: Clock
  outbox: Outbox
  wecom: Pick<Wecom, 'handovers'>
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
}

const alertKey = (userId: string): string => `unassigned-customers:${userId}`

/** Customers of members who left, as WeCom lists them; read daily and whenever a member leaves. */
export function createUnassigned({ db, clock, outbox, wecom, alerts, staff }: UnassignedDeps): {
  executor: Executor
  job: Job
  subscriptions: Subscription[]
} {
  const ask = (tx: Tx, key: string, text: string): Promise<boolean> =>
    outbox.enqueue(tx, ReadUnassigned, { key: `handover.unassigned:${key}`, payload: {}, reason: { text } })

  async function tell(tx: Tx, userId: string, count: number): Promise<void> {
    const name = (await staff.queries.nameOf(tx, userId)) ?? userId
    await alerts.raise(tx, {
      key: alertKey(userId),
      text: `${name}（${userId}）已离职，还有 ${count} 位客户没有分配给新导购`,
      todo: `运行 npm run -s handover -- unassigned 看建议，再用 handover -- start --from ${userId} 转给别的导购（离职一年内有效）`,
    })
  }

  const executor = execute(ReadUnassigned, {
    perform: async (): Promise<{ rows: NewRowOf<typeof UNASSIGNED_CUSTOMER>[]; isComplete: boolean }> => {
      const seenAtMs = clock.now()
      const rows: NewRowOf<typeof UNASSIGNED_CUSTOMER>[] = []
      let isComplete = true
      for await (const page of pagesOf((more) => wecom.handovers.unassigned({ page_size: 1_000, ...more }))) {
        if (!isWhole(page.info)) isComplete = false
        for (const { handover_userid, external_userid, dimission_time } of page.info) {
          rows.push({
            userid: handover_userid,
            external_userid,
            left_at: dimission_time === undefined ? null : dimission_time * 1_000,
            seen_at: seenAtMs,
          })
        }
        if (page.is_last === true) break
      }
      return { rows, isComplete }
    },
    // Who is not in a listing that was read to its end, without a row left out, has a guide.
    record: async (tx, _action, { rows, isComplete }) => {
      const before = await handoverQueries.unassigned(tx)
      if (isComplete) await tx.run(sql`DELETE FROM ${UNASSIGNED_CUSTOMER}`)
      await tx.insertIgnore(UNASSIGNED_CUSTOMER, rows)
      const now = await handoverQueries.unassigned(tx)
      for (const { userId, customers } of now) await tell(tx, userId, customers)
      const waits = new Set(now.map((one) => one.userId))
      for (const { userId } of before) if (!waits.has(userId)) await alerts.resolve(tx, alertKey(userId))
    },
  })

  return {
    executor,
    job: {
      name: 'handover.unassigned',
      everyMs: DAY_MS,
      dueAt: leftOut('it reads the platform'),
      run: async () => {
        await db.tx((tx) => ask(tx, `day:${Math.floor(clock.now() / DAY_MS)}`, '每天查看离职成员待分配的客户'))
      },
    },
    subscriptions: [
      subscribe('handover.staff-left', StaffLeft, async (tx, event) => {
        await ask(tx, event.dedupeKey, '成员离职，查看待分配的客户')
      }),
    ],
  }
}
