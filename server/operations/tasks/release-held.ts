import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { Capacity } from './capacity.ts'
import { SOONEST } from './task-queries.ts'

export interface ReleaseHeldDeps {
  db: Db
  clock: Clock
  timeline: Pick<Timeline, 'noteAll'>
  staff: { queries: Pick<Staff['queries'], 'namesOf'> }
  capacity: Capacity
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

interface HeldTask {
  id: number
  external_userid: string
  userid: string
  title: string
  priority: number
  due_at: number | null
  opened_at: number
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
  const due = await tx.rows<HeldTask>(
    `SELECT id, external_userid, userid, title, priority, due_at, opened_at FROM guide_task
     WHERE state = 'held' AND release_at <= ? ORDER BY priority DESC, ${SOONEST} LIMIT ${BATCH}`,
    [now],
  )
  if (due.length === 0) return false
  const wanted = due.map((row) => ({
    row,
    userId: row.userid,
    priority: row.priority,
    dueAtMs: row.due_at ?? undefined,
  }))
  const free = await capacity.take(tx, wanted)
  for (const one of wanted) {
    const { row } = one
    if (!free.has(one)) {
      await tx.run('UPDATE guide_task SET release_at = ? WHERE id = ?', [capacity.nextDay(), row.id])
      continue
    }
    const laterMs = now - row.opened_at
    await tx.run(
      `UPDATE guide_task SET state = 'open', release_at = NULL, opened_at = ?, due_at = due_at + ? WHERE id = ?`,
      [now, laterMs, row.id],
    )
    await tx.run('UPDATE task_deadline SET due_at = due_at + ? WHERE task_id = ?', [laterMs, row.id])
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
