import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import { CustomerHandedOver, CustomerLost } from '../../records/customers/customer-events.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import { StaffLeft } from '../../records/staff/staff-events.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { Duties } from './duties/duties.ts'
import type { EndTask } from './end-task.ts'
import type { Orphans } from './orphans.ts'
import { changeTask, taskQueries, UNFINISHED } from './task-queries.ts'
import { GUIDE_TASK } from './task-tables.ts'

export interface OnGuideEventsDeps {
  clock: Clock
  timeline: Pick<Timeline, 'note'>
  customers: { queries: Pick<Customers['queries'], 'isFollowing' | 'ownersOf'> }
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
  endTask: EndTask
  orphans: Pick<Orphans, 'leave'>
  duties: Pick<Duties, 'guideLeft'>
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

/** Asked for the person, whoever the guide is; others are of the pair. */
const OF_PERSON: ReadonlySet<string> = new Set(['should-leave'])

/** Whose a to-do becomes when a guide leaves, hands a customer over or loses one. */
export function onGuideEvents(deps: OnGuideEventsDeps): Subscription[] {
  const { clock, timeline, customers, staff, endTask, orphans, duties, notify } = deps

  const nameOf = async (tx: Tx, userId: string): Promise<string> => (await staff.queries.nameOf(tx, userId)) ?? userId

  /** The open to-dos of a guide who left go to the customers' other guides; those of customers without one stay, for
   *  whoever the customer is handed to. Safe to repeat. */
  async function passOn(tx: Tx, leftUserId: string): Promise<void> {
    const open = await taskQueries.allUnfinishedFor(tx, leftUserId)
    const owners = await customers.queries.ownersOf(tx, [...new Set(open.map((task) => task.externalUserId))])
    const from = await nameOf(tx, leftUserId)
    for (const task of open) {
      const heir = owners.get(task.externalUserId)
      if (heir !== undefined) await changeTask(tx, task.id, { userid: heir })
      const now = heir === undefined ? '等客户分配给新导购后接着做' : `转给${await nameOf(tx, heir)}`
      await timeline.note(tx, {
        key: `task:${task.id}:left:${leftUserId}`,
        externalUserId: task.externalUserId,
        userId: heir ?? leftUserId,
        kind: 'task.passed-on',
        text: `导购${from}已离职，待办「${task.title}」${now}`,
      })
    }
    await notify(tx, [...new Set(owners.values())])
  }

  return [
    subscribe('tasks.guide-left', StaffLeft, async (tx, { payload }) => {
      await passOn(tx, payload.userId)
      await duties.guideLeft(tx, payload.userId)
    }),
    subscribe('tasks.drop-lost', CustomerLost, async (tx, { payload }) => {
      // A late event about an earlier friendship must not touch the present one.
      if (await customers.queries.isFollowing(tx, payload.userId, payload.externalUserId)) return
      const heir = (await customers.queries.ownersOf(tx, [payload.externalUserId])).get(payload.externalUserId)
      for (const task of await taskQueries.unfinishedAbout(tx, payload.userId, payload.externalUserId)) {
        if (OF_PERSON.has(task.kind)) await orphans.leave(tx, task, heir)
        else await endTask(tx, task, { outcome: 'dropped', note: '已不是好友' })
      }
    }),
    subscribe('tasks.hand-over', CustomerHandedOver, async (tx, { payload }) => {
      const { externalUserId, fromUserId, toUserId } = payload
      // Not told as new before: the new guide has not heard of them.
      const changes = set(GUIDE_TASK, { userid: toUserId, notified_at: null, opened_at: clock.now() })
      const moved = await tx.run(
        sql`UPDATE ${GUIDE_TASK} SET ${changes} WHERE ${GUIDE_TASK.external_userid} = ${externalUserId}
              AND ${GUIDE_TASK.userid} = ${fromUserId} AND ${UNFINISHED}`,
      )
      if (moved > 0) await notify(tx, [toUserId])
    }),
  ]
}
