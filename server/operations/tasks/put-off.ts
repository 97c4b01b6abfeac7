import type { Db } from '../../core/db/db.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { taskQueries } from './task-queries.ts'
import { GUIDE_TASK, TASK_DEADLINE } from './task-tables.ts'

export interface PutOffDeps {
  db: Db
  clock: Clock
  timeline: Pick<Timeline, 'note'>
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

const BATCH = 200

/** Not now: a to-do that its guide wants to see again at another time. It takes no second place of a day, and what it must be
 *  done by moves on with it. */
export function createPutOff({ db, clock, timeline, notify }: PutOffDeps) {
  async function putOffOwn(
    tx: Tx,
    { id, userId, untilMs }: { id: number; userId: string; untilMs: number },
  ): Promise<boolean> {
    const now = clock.now()
    const task = await taskQueries.byId(tx, id)
    if (task === undefined || task.userId !== userId || untilMs <= now) return false
    const due = task.dueAtMs === undefined ? {} : { due_at: Math.max(task.dueAtMs, untilMs) }
    const changes = set(GUIDE_TASK, { state: 'later', release_at: untilMs, ...due })
    const changed = await tx.run(
      sql`UPDATE ${GUIDE_TASK} SET ${changes} WHERE ${GUIDE_TASK.id} = ${id} AND ${GUIDE_TASK.state} = 'open'`,
    )
    if (changed === 0) return false
    await tx.run(
      sql`UPDATE ${TASK_DEADLINE} SET ${TASK_DEADLINE.due_at} = ${TASK_DEADLINE.due_at} + ${untilMs - now}
          WHERE ${TASK_DEADLINE.task_id} = ${id}`,
    )
    await timeline.note(tx, {
      key: `task:${id}:later:${now}`,
      externalUserId: task.externalUserId,
      userId,
      kind: 'task.later',
      text: `待办推到 ${shanghaiText(untilMs).slice(5)}：${task.title}`,
    })
    return true
  }

  /** Those whose time has come are open again, and their guides hear of them. Safe to cut off. */
  async function comeBack(): Promise<void> {
    while (await db.tx(step)) {
      // Until nothing is due.
    }
  }

  async function step(tx: Tx): Promise<boolean> {
    const due = await tx.rows(
      sql`SELECT ${pick(GUIDE_TASK, 'id', 'userid')} FROM ${GUIDE_TASK}
          WHERE ${GUIDE_TASK.state} = 'later' AND ${GUIDE_TASK.release_at} <= ${clock.now()}
          ORDER BY ${GUIDE_TASK.id} LIMIT ${BATCH}`,
    )
    if (due.length === 0) return false
    // Told again as news, since by then it is.
    const changes = set(GUIDE_TASK, { state: 'open', release_at: null, notified_at: null, opened_at: clock.now() })
    await tx.run(
      sql`UPDATE ${GUIDE_TASK} SET ${changes}
          WHERE ${GUIDE_TASK.state} = 'later' AND ${GUIDE_TASK.id} IN ${list(due.map((row) => row.id))}`,
    )
    await notify(tx, [...new Set(due.map((row) => row.userid))])
    return due.length === BATCH
  }

  return { putOffOwn, comeBack }
}
