import type { Db } from '../../core/db/db.ts'
import { leftOut, type NewRowOf } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { type LeftOutRow, leftOutOf } from '../../platform/wecom/wire/left-out.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Customers } from '../../records/customers/customers.ts'
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
  customers: { queries: Pick<Customers['queries'], 'ownersOf'> }
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
}

interface Listing {
  rows: NewRowOf<typeof UNASSIGNED_CUSTOMER>[]
  /** UTC milliseconds. */
  seenAtMs: number
  /** Rows that could not be used. */
  unread: LeftOutRow[]
}

const u = UNASSIGNED_CUSTOMER
const FORGOTTEN_MS = 30 * DAY_MS

const alertKey = (userId: string): string => `unassigned-customers:${userId}`

/** Customers of members who left, as WeCom lists them; read daily and whenever a member leaves. */
export function createUnassigned({ db, clock, outbox, wecom, alerts, customers, staff }: UnassignedDeps): {
  executor: Executor
  job: Job
  subscriptions: Subscription[]
} {
  const ask = (tx: Tx, key: string, text: string): Promise<void> =>
    outbox.enqueue(tx, ReadUnassigned, { key: `handover.unassigned:${key}`, payload: {}, reason: { text } })

  async function tell(tx: Tx, userId: string, count: number): Promise<void> {
    const name = (await staff.queries.nameOf(tx, userId)) ?? userId
    await alerts.raise(tx, {
      key: alertKey(userId),
      text: `${name}（${userId}）已离职，还有 ${count} 位客户没有分配给新导购`,
      todo: `运行 npm run -s handover -- unassigned 看建议，再用 handover -- start --from ${userId} 转给别的导购（离职一年内有效）`,
    })
  }

  /** Who is not in a listing that was read to its end has a guide, unless it may have been a row that could not be read:
   *  then only who is known to have one, or was not seen for a month of such listings. */
  async function dropAssigned(tx: Tx, seenAtMs: number, unread: readonly LeftOutRow[]): Promise<void> {
    const unseen = await tx.rows(
      sql`SELECT ${pick(u, 'id', 'external_userid', 'seen_at')} FROM ${u} WHERE ${u.seen_at} < ${seenAtMs}`,
    )
    const ids = new Set(unread.map(({ id }) => id))
    const owners =
      unread.length === 0
        ? new Map()
        : await customers.queries.ownersOf(
            tx,
            unseen.map((row) => row.external_userid),
          )
    const mayBeUnread = (row: { external_userid: string; seen_at: number }): boolean =>
      (ids.has(undefined) || ids.has(row.external_userid)) &&
      !owners.has(row.external_userid) &&
      seenAtMs - row.seen_at < FORGOTTEN_MS
    const gone = unseen.filter((row) => !mayBeUnread(row)).map((row) => row.id)
    await eachChunk(gone, async (part) => {
      await tx.run(sql`DELETE FROM ${u} WHERE ${u.id} IN ${list(part)}`)
      return []
    })
  }

  const executor = execute(ReadUnassigned, {
    perform: async (): Promise<Listing> => {
      const seenAtMs = clock.now()
      const rows: NewRowOf<typeof UNASSIGNED_CUSTOMER>[] = []
      const unread: LeftOutRow[] = []
      for await (const page of pagesOf((more) => wecom.handovers.unassigned({ page_size: 1_000, ...more }))) {
        unread.push(...leftOutOf(page.info))
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
      return { rows, seenAtMs, unread }
    },
    record: async (tx, _action, { rows, seenAtMs, unread }) => {
      const before = await handoverQueries.unassigned(tx)
      await tx.upsert(u, rows, ['userid', 'external_userid'])
      await dropAssigned(tx, seenAtMs, unread)
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
