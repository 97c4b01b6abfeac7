import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { type TaskOutcome, taskNote } from './task-note.ts'
import { type GuideTask, UNFINISHED } from './task-queries.ts'
import { GUIDE_TASK } from './task-tables.ts'

export interface TaskEnd {
  outcome: TaskOutcome
  /** One Chinese line. */
  note?: string
}

export interface EndTaskDeps {
  clock: Clock
  timeline: Pick<Timeline, 'note'>
}

/** Ends a to-do; false when there is none or it has ended already. */
export function createEndTask({ clock, timeline }: EndTaskDeps) {
  return async function endTask(
    tx: Tx,
    task: GuideTask | undefined,
    { outcome, note: why }: TaskEnd,
  ): Promise<boolean> {
    if (task === undefined) return false
    const changes = set(GUIDE_TASK, { state: outcome, closed_at: clock.now(), outcome: why ?? null })
    const changed = await tx.run(
      sql`UPDATE ${GUIDE_TASK} SET ${changes} WHERE ${GUIDE_TASK.id} = ${task.id} AND ${UNFINISHED}`,
    )
    if (changed === 0) return false
    const head = outcome === 'done' ? '待办已完成' : '待办已取消'
    await timeline.note(tx, taskNote(task, outcome, `${head}：${task.title}${why === undefined ? '' : `（${why}）`}`))
    return true
  }
}
export type EndTask = ReturnType<typeof createEndTask>
