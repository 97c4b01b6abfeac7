import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { worthQueries } from '../../records/worth/worth-queries.ts'
import { DEFAULT_PRIORITY } from '../../rules/book/priority.ts'
import type { Capacity } from './capacity.ts'
import type { Deadline, Deadlines } from './deadlines.ts'
import { taskNote } from './task-note.ts'
import { type GuideTask, taskQueries } from './task-queries.ts'
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

type ValuedTask = TaskToOpen & { valueFen: number }

export interface OpenTasksDeps {
  clock: Clock
  timeline: Pick<Timeline, 'noteAll'>
  customers: { queries: Pick<Customers['queries'], 'ownersOf'> }
  staff: { queries: Pick<Staff['queries'], 'namesOf' | 'leftAmong'> }
  worth: { queries: Pick<typeof worthQueries, 'of'> }
  capacity: Pick<Capacity, 'take' | 'nextDay' | 'tellOperators'>
  deadlines: Pick<Deadlines, 'set'>
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

/** Puts to-dos before guides: to those who are here, as many a day as one can do. */
export function createOpenTasks(deps: OpenTasksDeps) {
  const { clock, timeline, customers, staff, worth, capacity, deadlines, notify } = deps

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

  /** Gives them as they are stored, by key. */
  async function keep(tx: Tx, tasks: readonly ValuedTask[], free: ReadonlySet<ValuedTask>) {
    const now = clock.now()
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
        value_fen: task.valueFen,
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
    return stored
  }

  async function noteOpened(tx: Tx, tasks: readonly GuideTask[]): Promise<void> {
    const names = await staff.queries.namesOf(tx, [...new Set(tasks.map((task) => task.userId))])
    await timeline.noteAll(
      tx,
      tasks.map((task) => {
        const guide = names.get(task.userId) ?? task.userId
        const note =
          task.state === 'held'
            ? taskNote(task, 'held', `导购${guide}今天的待办满了，排到明早：${task.title}`)
            : taskNote(task, 'opened', `请导购${guide}：${task.title}`)
        return { ...note, reason: task.reason }
      }),
    )
  }

  /** Gives the keys of those that are new. */
  return async function openAll(tx: Tx, asked: readonly TaskToOpen[]): Promise<Set<string>> {
    const known = await taskQueries.byKeys(
      tx,
      asked.map((task) => task.key),
    )
    const found = (await assigned(tx, asked)).filter((task) => !known.has(task.key))
    if (found.length === 0) return new Set()
    const values = await worth.queries.of(tx, [...new Set(found.map((task) => task.externalUserId))])
    const tasks = found.map(
      (task): ValuedTask => ({ ...task, valueFen: values.get(task.externalUserId)?.value90Fen ?? 0 }),
    )
    const free = await capacity.take(tx, tasks)
    const stored = await keep(tx, tasks, free)
    await noteOpened(tx, [...stored.values()])
    const full = tasks.filter((task) => !free.has(task)).map((task) => task.userId)
    await capacity.tellOperators(tx, [...new Set(full)])
    await notify(tx, [...new Set([...free].map((task) => task.userId))])
    return new Set(stored.keys())
  }
}
