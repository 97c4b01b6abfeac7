import type { Db } from '../../core/db/db.ts'
import { firstDue } from '../../core/db/first-due.ts'
import { takeRows } from '../../core/db/take-rows.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { AlertQueries } from '../../records/alerts/alert-queries.ts'
import { unreachable } from '../../records/alerts/platform-alerts.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { StaffTelling } from '../../records/staff/tell-staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { Capacity } from './capacity.ts'
import { type GuideTask, taskQueries } from './task-queries.ts'

/** `escalate`: these members get an app message. `reassign`: it goes to another guide of the customer, else to the first of
 *  these who is here. */
export interface Deadline {
  what: 'escalate' | 'reassign'
  /** After it was opened, milliseconds. */
  afterMs: number
  /** userids */
  to: readonly string[]
}

export interface DeadlinesDeps {
  db: Db
  clock: Clock
  timeline: Pick<Timeline, 'note'>
  customers: { queries: Pick<Customers['queries'], 'nameOf' | 'followsOf'> }
  staff: { queries: Pick<Staff['queries'], 'nameOf' | 'get' | 'currentIdOf' | 'leftAmong'> }
  staffTelling: Pick<StaffTelling, 'tell'>
  alerts: { queries: Pick<AlertQueries, 'openAmong'> }
  capacity: Capacity
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

interface DueDeadline {
  id: number
  task_id: number
  what: Deadline['what']
  recipients: string
}

const BATCH = 50
const NOT_HELD = `NOT EXISTS (SELECT 1 FROM guide_task g WHERE g.id = task_deadline.task_id AND g.state = 'held')`

/** What happens to a to-do that is not done in time. Due times are rows; those of a task that is held wait with it. */
export function createDeadlines(deps: DeadlinesDeps) {
  const { db, clock, timeline, customers, staff, staffTelling, alerts, capacity, notify } = deps

  const nameOf = async (tx: Tx, userId: string): Promise<string> => (await staff.queries.nameOf(tx, userId)) ?? userId

  const note = (tx: Tx, task: GuideTask, what: string, text: string) =>
    timeline.note(tx, {
      key: `task:${task.id}:${what}`,
      externalUserId: task.externalUserId,
      userId: task.userId,
      kind: `task.${what}`,
      text,
      reason: task.reason,
    })

  async function escalate(tx: Tx, task: GuideTask, to: readonly string[]): Promise<void> {
    const guide = await nameOf(tx, task.userId)
    const customer = (await customers.queries.nameOf(tx, task.externalUserId)) ?? '客户'
    const told = await staffTelling.tell(tx, {
      key: `task:${task.id}:escalate`,
      userIds: to,
      text: `导购${guide}的待办超时未做：${customer}，${task.title}（${shanghaiText(task.openedAtMs).slice(5)} 派出）`,
      reason: task.reason,
    })
    const names = []
    for (const userId of told) names.push(await nameOf(tx, userId))
    const text = names.length === 0 ? '要通知的人都已离职' : `已通知 ${names.join('、')}`
    await note(tx, task, 'escalated', `待办超时未做：${task.title}，${text}`)
  }

  /** Other guides of the customer, the latest first, then those whom the rule names. */
  async function heirsOf(tx: Tx, task: GuideTask, to: readonly string[]): Promise<string[]> {
    const follows = await customers.queries.followsOf(tx, task.externalUserId)
    const guides = follows.filter((follow) => follow.active).map((follow) => follow.userId)
    const left = await staff.queries.leftAmong(tx, guides)
    const named: string[] = []
    for (const former of to) {
      const userId = await staff.queries.currentIdOf(tx, former)
      if ((await staff.queries.get(tx, userId))?.state === 'active') named.push(userId)
    }
    const outOfRange = await alerts.queries.openAmong(tx, named.map(unreachable))
    const able = [
      ...guides.filter((userId) => !left.has(userId)),
      ...named.filter((userId) => !outOfRange.has(unreachable(userId))),
    ]
    return [...new Set(able)].filter((userId) => userId !== task.userId)
  }

  async function reassign(tx: Tx, task: GuideTask, to: readonly string[]): Promise<void> {
    const [heir] = await heirsOf(tx, task, to)
    const from = await nameOf(tx, task.userId)
    if (heir === undefined) {
      await note(tx, task, 'reassigned', `待办超时未做：${task.title}，没有人可以接手，还是导购${from}的`)
      return
    }
    const now = clock.now()
    const hasRoom = (await capacity.take(tx, [{ userId: heir }])).size > 0
    await tx.run(
      `UPDATE guide_task SET userid = ?, state = ?, release_at = ?, notified_at = NULL, opened_at = ?, due_at = due_at + ?
       WHERE id = ?`,
      [heir, hasRoom ? 'open' : 'held', hasRoom ? null : capacity.nextDay(), now, now - task.openedAtMs, task.id],
    )
    const when = hasRoom ? '' : '（今天的待办满了，排到明早）'
    await note(
      tx,
      { ...task, userId: heir },
      'reassigned',
      `待办「${task.title}」${from}没有做，转给${await nameOf(tx, heir)}${when}`,
    )
    if (hasRoom) await notify(tx, [heir])
    else await capacity.tellOperators(tx, [heir])
  }

  async function step(tx: Tx): Promise<boolean> {
    const due = await takeRows<DueDeadline>(tx, {
      table: 'task_deadline',
      columns: 'id, task_id, what, recipients',
      where: `due_at <= ? AND ${NOT_HELD}`,
      params: [clock.now()],
      orderBy: 'due_at, id',
      limit: BATCH,
    })
    for (const { id, task_id, what, recipients } of due) {
      await tx.run('DELETE FROM task_deadline WHERE id = ?', [id])
      const task = await taskQueries.byId(tx, task_id)
      if (task?.state !== 'open') continue
      const to = JSON.parse(recipients) as string[]
      await (what === 'escalate' ? escalate(tx, task, to) : reassign(tx, task, to))
    }
    return due.length === BATCH
  }

  return {
    /** `fromMs`: when it was opened. Safe to repeat. */
    set: async (tx: Tx, wanted: { id: number; fromMs: number; deadline: Deadline }[]): Promise<void> => {
      if (wanted.length === 0) return
      await tx.insertIgnore(
        'task_deadline',
        wanted.map(({ id, fromMs, deadline }) => ({
          task_id: id,
          what: deadline.what,
          due_at: fromMs + deadline.afterMs,
          recipients: JSON.stringify(deadline.to),
        })),
      )
    },
    nextAt: (tx: Tx): Promise<number | undefined> => firstDue(tx, 'due_at', `task_deadline WHERE ${NOT_HELD}`),
    run: async (): Promise<void> => {
      while (await db.tx(step)) {
        // Until none is due.
      }
    },
  }
}
