import { firstDue } from '../../core/db/first-due.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Executor } from '../../engine/actions/action-kind.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import type { Job } from '../../engine/jobs/job.ts'
import { CustomerHandedOver, CustomerLost } from '../../records/customers/customer-events.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { RenamedStaff } from '../../records/define-capability.ts'
import type { Staff } from '../../records/staff/staff.ts'
import { StaffLeft } from '../../records/staff/staff-events.ts'
import type { Note, Timeline } from '../../records/timeline/timeline.ts'
import { touches } from '../../records/touches/touches.ts'
import { DEFAULT_PRIORITY } from '../../rules/book/priority.ts'
import { type CapacityDeps, createCapacity } from './capacity.ts'
import { createDeadlines, type Deadline, type DeadlinesDeps } from './deadlines.ts'
import { createNotifyGuide, type NotifyGuideDeps } from './notify-guide.ts'
import { releaseHeld } from './release-held.ts'
import { TaskAnswered } from './task-events.ts'
import { changeTask, type GuideTask, taskQueries, UNFINISHED } from './task-queries.ts'
import { GUIDE_TASK } from './task-tables.ts'

export interface TaskToOpen {
  /** Once per reason; ≤190 characters. */
  key: string
  externalUserId: string
  userId: string
  kind: string
  /** One Chinese line for the guide. */
  title: string
  scriptId?: string | undefined
  detail?: Record<string, unknown>
  /** UTC milliseconds. */
  dueAtMs?: number | undefined
  /** 0 to 100, default 50: on a day with too many the higher comes first. */
  priority?: number | undefined
  /** Not done so long after it was opened: who is told of it, and to whom it goes. */
  deadlines?: readonly Deadline[] | undefined
  reason: Reason
}

export interface TaskEnd {
  /** `done`: what was asked for happened; `dropped`: it is no longer wanted. */
  outcome: 'done' | 'dropped'
  /** One Chinese line. */
  note?: string
}

export type TasksDeps = NotifyGuideDeps &
  CapacityDeps &
  Omit<DeadlinesDeps, 'capacity' | 'notify'> & {
    emit: Emit
    timeline: Pick<Timeline, 'note' | 'noteAll'>
    customers: { queries: Pick<Customers['queries'], 'isFollowing' | 'ownerOf' | 'ownersOf'> }
    staff: { queries: Pick<Staff['queries'], 'nameOf' | 'namesOf' | 'leftAmong'> }
  }

/** What guides are asked to do. */
export function createTasks(deps: TasksDeps) {
  const { clock, emit, timeline, customers, staff } = deps
  const notifyGuide = createNotifyGuide(deps)
  const capacity = createCapacity(deps)
  const deadlines = createDeadlines({ ...deps, capacity, notify: notifyGuide.schedule })

  /** A guide who has left does nothing any more: another guide of the customer does. Nobody else: it waits for whoever
   *  gets the customer. */
  async function assigned(tx: Tx, asked: readonly TaskToOpen[]): Promise<TaskToOpen[]> {
    const left = await staff.queries.leftAmong(tx, [...new Set(asked.map((task) => task.userId))])
    if (left.size === 0) return [...asked]
    const orphans = asked.filter((task) => left.has(task.userId)).map((task) => task.externalUserId)
    const owners = await customers.queries.ownersOf(tx, orphans)
    return asked.map((task) =>
      left.has(task.userId) ? { ...task, userId: owners.get(task.externalUserId) ?? task.userId } : task,
    )
  }

  const nameOf = async (tx: Tx, userId: string): Promise<string> => (await staff.queries.nameOf(tx, userId)) ?? userId

  async function openAll(tx: Tx, asked: readonly TaskToOpen[]): Promise<Set<string>> {
    const known = await taskQueries.byKeys(
      tx,
      asked.map((task) => task.key),
    )
    const tasks = (await assigned(tx, asked)).filter((task) => !known.has(task.key))
    if (tasks.length === 0) return new Set()
    const now = clock.now()
    const free = await capacity.take(tx, tasks)
    await tx.insertIgnore(
      GUIDE_TASK,
      tasks.map((task) => ({
        task_key: task.key,
        external_userid: task.externalUserId,
        userid: task.userId,
        kind: task.kind,
        title: task.title,
        script_id: task.scriptId ?? null,
        detail: task.detail === undefined ? null : JSON.stringify(task.detail),
        due_at: task.dueAtMs ?? null,
        state: free.has(task) ? 'open' : 'held',
        priority: task.priority ?? DEFAULT_PRIORITY,
        release_at: free.has(task) ? null : capacity.nextDay(),
        opened_at: now,
        reason: JSON.stringify(task.reason),
      })),
    )
    const stored = await taskQueries.byKeys(
      tx,
      tasks.map((task) => task.key),
    )
    await deadlines.set(
      tx,
      tasks.flatMap((task) => {
        const id = stored.get(task.key)?.id
        return id === undefined ? [] : (task.deadlines ?? []).map((deadline) => ({ id, fromMs: now, deadline }))
      }),
    )
    const guides = [...new Set(tasks.map((task) => task.userId))]
    const names = await staff.queries.namesOf(tx, guides)
    await timeline.noteAll(
      tx,
      [...stored.values()].map((task) => ({
        ...(task.state === 'held'
          ? noteOf(task, 'held', `导购${names.get(task.userId) ?? task.userId}今天的待办满了，排到明早：${task.title}`)
          : noteOf(task, 'opened', `请导购${names.get(task.userId) ?? task.userId}：${task.title}`)),
        reason: task.reason,
      })),
    )
    const full = tasks.filter((task) => !free.has(task)).map((task) => task.userId)
    await capacity.tellOperators(tx, [...new Set(full)])
    await notifyGuide.schedule(tx, [...new Set([...free].map((task) => task.userId))])
    return new Set(stored.keys())
  }

  const open = async (tx: Tx, asked: TaskToOpen): Promise<boolean> => (await openAll(tx, [asked])).size > 0

  const noteOf = (task: GuideTask, what: 'opened' | 'held' | TaskEnd['outcome'], text: string): Note => ({
    key: `task:${task.id}:${what}`,
    externalUserId: task.externalUserId,
    userId: task.userId,
    kind: `task.${what}`,
    text,
  })

  async function end(tx: Tx, task: GuideTask | undefined, { outcome, note: why }: TaskEnd): Promise<boolean> {
    if (task === undefined) return false
    const changes = set(GUIDE_TASK, { state: outcome, closed_at: clock.now(), outcome: why ?? null })
    const changed = await tx.run(
      sql`UPDATE ${GUIDE_TASK} SET ${changes} WHERE ${GUIDE_TASK.id} = ${task.id} AND ${UNFINISHED}`,
    )
    if (changed === 0) return false
    const head = outcome === 'done' ? '待办已完成' : '待办已取消'
    await timeline.note(tx, noteOf(task, outcome, `${head}：${task.title}${why === undefined ? '' : `（${why}）`}`))
    return true
  }

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
    await notifyGuide.schedule(tx, [...new Set(owners.values())])
  }

  const subscriptions: Subscription[] = [
    subscribe('tasks.guide-left', StaffLeft, (tx, { payload }) => passOn(tx, payload.userId)),
    subscribe('tasks.drop-lost', CustomerLost, async (tx, { payload }) => {
      // A late event about an earlier friendship must not touch the present one.
      if (await customers.queries.isFollowing(tx, payload.userId, payload.externalUserId)) return
      for (const task of await taskQueries.unfinishedAbout(tx, payload.userId, payload.externalUserId)) {
        await end(tx, task, { outcome: 'dropped', note: '已不是好友' })
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
      if (moved > 0) await notifyGuide.schedule(tx, [toUserId])
    }),
  ]
  const executors: Executor[] = [notifyGuide.executor]
  const jobs: Job[] = [
    {
      name: 'tasks.release',
      everyMs: 30 * SECOND_MS,
      dueAt: (tx) => firstDue(tx, GUIDE_TASK.release_at, sql`${GUIDE_TASK.state} = 'held'`),
      run: () => releaseHeld({ ...deps, capacity, notify: notifyGuide.schedule }),
    },
    {
      name: 'tasks.deadlines',
      everyMs: 10 * SECOND_MS,
      dueAt: deadlines.nextAt,
      run: deadlines.run,
    },
  ]

  return {
    /** Asks a guide to do something; the guide is told in WeCom and the customer's timeline says so. True when new, false
     *  when the key is known. */
    open,
    /** Many at once; gives the keys of those that are new. */
    openAll,
    /** Ends the task with this key; false when there is none or it has ended already. */
    close: async (tx: Tx, task: TaskEnd & { key: string }): Promise<boolean> =>
      end(tx, await taskQueries.byKey(tx, task.key), task),
    /** Ends a guide's own task; false when it is not theirs or has ended already. */
    closeOwn: async (tx: Tx, task: TaskEnd & { id: number; userId: string }): Promise<boolean> => {
      const found = await taskQueries.byId(tx, task.id)
      if (found === undefined || found.userId !== task.userId || !(await end(tx, found, task))) return false
      if (task.outcome === 'done' && asksForMessage(found)) {
        const { externalUserId, userId } = found
        const atMs = clock.now()
        await touches.add(tx, [{ key: `task:${found.id}`, externalUserId, userId, kind: 'task', atMs }])
      }
      const { key, kind, externalUserId, userId } = found
      const answer = { key, kind, externalUserId, userId, outcome: task.outcome }
      await emit(tx, TaskAnswered, { key: String(found.id), payload: answer })
      return true
    },
    guideRenamed: (tx: Tx, { oldUserId, newUserId }: RenamedStaff): Promise<number> =>
      tx.run(
        sql`UPDATE ${GUIDE_TASK} SET ${set(GUIDE_TASK, { userid: newUserId })}
            WHERE ${GUIDE_TASK.userid} = ${oldUserId} AND ${UNFINISHED}`,
      ),
    queries: taskQueries,
    subscriptions,
    executors,
    jobs,
  }
}

/** Is it done by sending something: a script, or the code of a group? */
const asksForMessage = (task: GuideTask): boolean => task.scriptId !== undefined || task.kind === 'invite'

export type Tasks = ReturnType<typeof createTasks>
