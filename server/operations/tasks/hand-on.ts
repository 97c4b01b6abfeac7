import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { startAnew, taskQueries } from './task-queries.ts'

export interface HandOnDeps {
  clock: Clock
  timeline: Pick<Timeline, 'note'>
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

export interface HandedOn {
  id: number
  fromUserId: string
  toUserId: string
  /** Who decided it, as people read it. */
  by: string
}

/** A lead gives an open to-do to another guide, who hears of it as of a new one and has as long for it. It takes no place of
 *  that guide's day: a person has looked at it. False when it is not that guide's or is not open. */
export function createHandOn({ clock, timeline, staff, notify }: HandOnDeps) {
  return async function handOn(tx: Tx, { id, fromUserId, toUserId, by }: HandedOn): Promise<boolean> {
    const task = await taskQueries.byId(tx, id)
    if (task?.userId !== fromUserId || task.state !== 'open') return false
    const now = clock.now()
    await startAnew(tx, task, { userid: toUserId, notified_at: null, opened_at: now })
    const [from, to] = [await staff.queries.nameOf(tx, fromUserId), await staff.queries.nameOf(tx, toUserId)]
    await timeline.note(tx, {
      key: `task:${id}:handed-on:${now}`,
      externalUserId: task.externalUserId,
      userId: toUserId,
      kind: 'task.passed-on',
      text: `${by}把待办「${task.title}」从${from ?? fromUserId}转给${to ?? toUserId}`,
    })
    await notify(tx, [toUserId])
    return true
  }
}
