import { rowsDue } from '../../core/db/rows-due.ts'
import { lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import type { Executor } from '../../engine/actions/action-kind.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { RenamedStaff } from '../../records/define-capability.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { touches } from '../../records/touches/touches.ts'
import { type CapacityDeps, createCapacity } from './capacity.ts'
import { createDeadlines, type DeadlinesDeps } from './deadlines.ts'
import { createDuties, type DutiesDeps } from './duties/duties.ts'
import { createEndTask, type TaskEnd } from './end-task.ts'
import { createHandOn } from './hand-on.ts'
import { createNotifyGuide, type NotifyGuideDeps } from './notify-guide.ts'
import { onGuideEvents } from './on-guide-events.ts'
import { createOpenTasks, type OpenTasksDeps, type TaskToOpen } from './open-tasks.ts'
import { createOrphans } from './orphans.ts'
import { createPutOff } from './put-off.ts'
import { releaseHeld } from './release-held.ts'
import { createRemindOwn } from './remind-own.ts'
import { TaskAnswered } from './task-events.ts'
import { asksForMessage, taskQueries, UNFINISHED } from './task-queries.ts'
import { GUIDE_TASK, TASK_DAY } from './task-tables.ts'

export type TasksDeps = NotifyGuideDeps &
  CapacityDeps &
  Omit<DeadlinesDeps, 'capacity' | 'notify'> &
  Omit<DutiesDeps, 'capacity' | 'notify'> & {
    emit: Emit
    timeline: Pick<Timeline, 'note' | 'noteAll'>
    worth: OpenTasksDeps['worth']
    customers: { queries: Pick<Customers['queries'], 'isFollowing' | 'ownerOf' | 'ownersOf'> }
    staff: { queries: Pick<Staff['queries'], 'nameOf' | 'namesOf' | 'leftAmong'> }
  }

/** What guides are asked to do. */
export function createTasks(deps: TasksDeps) {
  const { clock, emit } = deps
  const notifyGuide = createNotifyGuide(deps)
  const notify = notifyGuide.schedule
  const capacity = createCapacity(deps)
  const deadlines = createDeadlines({ ...deps, capacity, notify })
  const openAll = createOpenTasks({ ...deps, capacity, deadlines, notify })
  const endTask = createEndTask(deps)
  const putOff = createPutOff({ ...deps, notify })
  const orphans = createOrphans({ ...deps, notify })
  const remindOwn = createRemindOwn(deps)
  const duties = createDuties({ ...deps, capacity, notify })

  const open = async (tx: Tx, asked: TaskToOpen): Promise<boolean> => (await openAll(tx, [asked])).size > 0

  const executors: Executor[] = [notifyGuide.executor]
  const jobs: Job[] = [
    {
      name: 'tasks.release',
      everyMs: 30 * SECOND_MS,
      dueAt: rowsDue(GUIDE_TASK.release_at, sql`${GUIDE_TASK.state} = 'held'`),
      run: () => releaseHeld({ ...deps, capacity, notify }),
    },
    {
      name: 'tasks.come-back',
      everyMs: 30 * SECOND_MS,
      dueAt: rowsDue(GUIDE_TASK.release_at, sql`${GUIDE_TASK.state} = 'later'`),
      run: () => putOff.comeBack(),
    },
    {
      name: 'tasks.find-guides',
      everyMs: MINUTE_MS,
      dueAt: rowsDue(GUIDE_TASK.release_at, sql`${GUIDE_TASK.state} = 'orphan'`),
      run: () => orphans.findGuides(),
    },
    {
      name: 'tasks.deadlines',
      everyMs: 10 * SECOND_MS,
      dueAt: deadlines.rows,
      run: deadlines.run,
    },
    ...duties.jobs,
  ]

  return {
    /** Asks a guide to do something; the guide is told in WeCom and the customer's timeline says so. True when new, false
     *  when the key is known. */
    open,
    /** Many at once; gives the keys of those that are new. */
    openAll,
    /** Mass-sends that these guides are to confirm are work of their day, too. */
    confirms: capacity.confirms,
    /** Ends the task with this key; false when there is none or it has ended already. */
    close: async (tx: Tx, task: TaskEnd & { key: string }): Promise<boolean> =>
      endTask(tx, await taskQueries.byKey(tx, task.key), task),
    /** Ends a guide's own task; false when it is not theirs or has ended already. */
    closeOwn: async (tx: Tx, task: TaskEnd & { id: number; userId: string }): Promise<boolean> => {
      const found = await taskQueries.byId(tx, task.id)
      if (found === undefined || found.userId !== task.userId || !(await endTask(tx, found, task))) return false
      if (task.outcome === 'done' && asksForMessage(found)) {
        const { externalUserId, userId } = found
        const atMs = clock.now()
        await touches.add(tx, [
          { key: `task:${found.id}`, externalUserId, userId, kind: 'task', about: found.kind, atMs },
        ])
      }
      const { key, kind, externalUserId, userId } = found
      const answer = { key, kind, externalUserId, userId, outcome: task.outcome }
      await emit(tx, TaskAnswered, { key: String(found.id), payload: answer })
      return true
    },
    /** Puts a guide's own task off until then; false when it is not theirs, is not open, or has ended. */
    putOffOwn: putOff.putOffOwn,
    handOn: createHandOn({ ...deps, notify }),
    /** What a guide wants to be reminded of on a day; true when new. */
    remindOwn,
    /** What staff are asked for without a customer. */
    duties,
    guideRenamed: async (tx: Tx, { oldUserId, newUserId }: RenamedStaff): Promise<number> => {
      await keepPlaces(tx, { oldUserId, newUserId })
      const asked = await duties.guideRenamed(tx, oldUserId, newUserId)
      const own = sql`${GUIDE_TASK.userid} = ${oldUserId} AND ${UNFINISHED}`
      return (
        asked + (await tx.run(sql`UPDATE ${GUIDE_TASK} SET ${set(GUIDE_TASK, { userid: newUserId })} WHERE ${own}`))
      )
    },
    queries: taskQueries,
    subscriptions: onGuideEvents({ ...deps, duties, endTask, orphans, notify }),
    executors,
    jobs,
  }
}

/** Their days are as full as they were, with what was asked of the new userid before anybody knew whose it is. */
async function keepPlaces(
  tx: Tx,
  { oldUserId, newUserId }: Pick<RenamedStaff, 'oldUserId' | 'newUserId'>,
): Promise<void> {
  const isOld = sql`${TASK_DAY.userid} = ${oldUserId}`
  const days = await tx.rows(
    sql`SELECT ${pick(TASK_DAY, 'day', 'opened')} FROM ${TASK_DAY} WHERE ${isOld} ORDER BY ${TASK_DAY.day} ${lock()}`,
  )
  if (days.length === 0) return
  const now = days.map((one) => ({ ...one, userid: newUserId }))
  await tx.increase(TASK_DAY, now, ['userid', 'day'], 'opened')
  await tx.run(sql`DELETE FROM ${TASK_DAY} WHERE ${isOld}`)
}

export type Tasks = ReturnType<typeof createTasks>
