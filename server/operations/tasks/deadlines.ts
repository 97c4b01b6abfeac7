import type { Db } from '../../core/db/db.ts'
import { alias } from '../../core/db/define-table.ts'
import { rowsDue } from '../../core/db/rows-due.ts'
import { list, pick, sql } from '../../core/db/sql.ts'
import { takeRows } from '../../core/db/take-rows.ts'
import { mustHaveTaken } from '../../core/db/taken-meanwhile.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { shownName } from '../../core/kernel/shown-name.ts'
import type { AlertQueries } from '../../records/alerts/alert-queries.ts'
import { unreachable } from '../../records/alerts/out-of-range.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { StaffTelling } from '../../records/staff/tell-staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { Capacity } from './capacity.ts'
import { type GuideTask, startAnew, taskQueries } from './task-queries.ts'
import { type DeadlineKind, GUIDE_TASK, TASK_DEADLINE } from './task-tables.ts'

/** `escalate`: these members get an app message. `reassign`: it goes to another guide of the customer, else to the first of
 *  these who is here. */
export interface Deadline {
  what: DeadlineKind
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

const BATCH = 50
const g = alias(GUIDE_TASK, 'g')
const NOT_HELD = sql`NOT EXISTS (
  SELECT 1 FROM ${g} WHERE ${g.id} = ${TASK_DEADLINE}.${TASK_DEADLINE.task_id} AND ${g.state} IN ('held', 'later', 'orphan'))`

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
    const customer = shownName((await customers.queries.nameOf(tx, task.externalUserId)) ?? '') || '客户'
    const told = await staffTelling.tell(tx, {
      key: `task:${task.id}:escalate`,
      userIds: to,
      text: `导购${guide}的待办超时未做：${customer}，${task.title}（${shanghaiText(task.openedAtMs).slice(5)} 派出）`,
      reason: task.reason,
      externalUserId: task.externalUserId,
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
    const hasRoom = (await capacity.take(tx, [{ userId: heir, externalUserId: task.externalUserId }])).size > 0
    const changes = { userid: heir, release_at: hasRoom ? null : capacity.nextDay(), notified_at: null }
    await startAnew(tx, task, { ...changes, state: hasRoom ? 'open' : 'held', opened_at: now })
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
    const due = await takeRows(tx, {
      table: TASK_DEADLINE,
      columns: pick(TASK_DEADLINE, 'id', 'task_id', 'what', 'recipients'),
      where: sql`${TASK_DEADLINE.due_at} <= ${clock.now()} AND ${NOT_HELD}`,
      orderBy: sql`${TASK_DEADLINE.due_at}, ${TASK_DEADLINE.id}`,
      limit: BATCH,
      claim: null,
    })
    if (due.length === 0) return false
    const these = sql`${TASK_DEADLINE.id} IN ${list(due.map(({ id }) => id))}`
    mustHaveTaken(await tx.run(sql`DELETE FROM ${TASK_DEADLINE} WHERE ${these}`), due.length)
    for (const { task_id, what, recipients } of due) {
      const task = await taskQueries.byId(tx, task_id)
      if (task?.state !== 'open') continue
      const to = JSON.parse(recipients ?? '[]') as string[]
      await (what === 'escalate' ? escalate(tx, task, to) : reassign(tx, task, to))
    }
    return due.length === BATCH
  }

  return {
    /** `fromMs`: when it was opened. Safe to repeat. */
    set: async (tx: Tx, wanted: { id: number; fromMs: number; deadline: Deadline }[]): Promise<void> => {
      if (wanted.length === 0) return
      await tx.insertIgnore(
        TASK_DEADLINE,
        wanted.map(({ id, fromMs, deadline }) => ({
          task_id: id,
          what: deadline.what,
          due_at: fromMs + deadline.afterMs,
          recipients: JSON.stringify(deadline.to),
        })),
      )
    },
    rows: rowsDue(TASK_DEADLINE.due_at, NOT_HELD),
    run: async (): Promise<void> => {
      while (await db.tx(step)) {
        // Until none is due.
      }
    },
  }
}
export type Deadlines = ReturnType<typeof createDeadlines>
