import type { Db } from '../../core/db/db.ts'
import { list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { type Capacity, LONG_MS } from './capacity.ts'
import { SOONEST, startAnew } from './task-queries.ts'
import { GUIDE_TASK, TASK_DEADLINE } from './task-tables.ts'

export interface ReleaseHeldDeps {
  db: Db
  clock: Clock
  timeline: Pick<Timeline, 'noteAll'>
  staff: { queries: Pick<Staff['queries'], 'namesOf'> }
  capacity: Capacity
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

const BATCH = 200

/** Opens what was held until today, the most important and then the soonest due first, as far as each guide has room; the
 *  rest waits for the next morning. What it gave the guide to do it, and its deadlines, count from now. Safe to cut off. */
export async function releaseHeld(deps: ReleaseHeldDeps): Promise<void> {
  while (await deps.db.tx((tx) => step(tx, deps))) {
    // Until nothing is due.
  }
}

async function step(tx: Tx, { clock, timeline, staff, capacity, notify }: ReleaseHeldDeps): Promise<boolean> {
  const now = clock.now()
  const columns = pick(
    GUIDE_TASK,
    'id',
    'external_userid',
    'userid',
    'title',
    'priority',
    'due_at',
    'opened_at',
    'value_fen',
  )
  const due = await tx.rows(
    sql`SELECT ${columns} FROM ${GUIDE_TASK} WHERE ${GUIDE_TASK.state} = 'held' AND ${GUIDE_TASK.release_at} <= ${now}
        ORDER BY ${GUIDE_TASK.priority} DESC, CASE WHEN ${GUIDE_TASK.opened_at} <= ${now - LONG_MS} THEN 0 ELSE 1 END,
                 ${GUIDE_TASK.value_fen} DESC, ${SOONEST} LIMIT ${BATCH}`,
  )
  if (due.length === 0) return false
  const wanted = due.map((row) => ({
    row,
    userId: row.userid,
    externalUserId: row.external_userid,
    priority: row.priority,
    valueFen: row.value_fen,
    waitsSinceMs: row.opened_at,
    dueAtMs: row.due_at ?? undefined,
  }))
  const free = await capacity.take(tx, wanted)
  for (const one of wanted) {
    const { row } = one
    if (!free.has(one)) continue
    const laterMs = now - row.opened_at
    const task = { id: row.id, openedAtMs: row.opened_at }
    await startAnew(tx, task, { state: 'open', release_at: null, opened_at: now })
    await tx.run(
      sql`UPDATE ${TASK_DEADLINE} SET ${TASK_DEADLINE.due_at} = ${TASK_DEADLINE.due_at} + ${laterMs}
          WHERE ${TASK_DEADLINE.task_id} = ${row.id}`,
    )
  }
  const still = wanted.filter((one) => !free.has(one)).map(({ row }) => row.id)
  if (still.length > 0) {
    const tomorrow = set(GUIDE_TASK, { release_at: capacity.nextDay() })
    await tx.run(sql`UPDATE ${GUIDE_TASK} SET ${tomorrow} WHERE ${GUIDE_TASK.id} IN ${list(still)}`)
  }
  const guides = [...new Set(due.map((row) => row.userid))]
  const names = await staff.queries.namesOf(tx, guides)
  await timeline.noteAll(
    tx,
    [...free].map(({ row }) => ({
      key: `task:${row.id}:opened`,
      externalUserId: row.external_userid,
      userId: row.userid,
      kind: 'task.opened',
      text: `请导购${names.get(row.userid) ?? row.userid}：${row.title}`,
    })),
  )
  await capacity.tellOperators(tx, guides)
  await notify(tx, [...new Set([...free].map((one) => one.userId))])
  return true
}
