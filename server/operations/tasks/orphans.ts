import type { Db } from '../../core/db/db.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Customers } from '../../records/customers/customers.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { changeTask, type GuideTask, taskQueries } from './task-queries.ts'
import { GUIDE_TASK } from './task-tables.ts'

export interface OrphansDeps {
  db: Db
  clock: Clock
  timeline: Pick<Timeline, 'note'>
  customers: { queries: Pick<Customers['queries'], 'ownersOf'> }
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
  notify(tx: Tx, userIds: readonly string[]): Promise<void>
}

const BATCH = 200

/** To-dos that are asked for a person and not for a pair: whoever has the customer next is asked. Looked for by a job, so that
 *  the many newcomers who never had one cost nothing. */
export function createOrphans({ db, clock, timeline, customers, staff, notify }: OrphansDeps) {
  const nameOf = async (tx: Tx, userId: string): Promise<string> => (await staff.queries.nameOf(tx, userId)) ?? userId

  async function hand(tx: Tx, task: GuideTask, heir: string): Promise<void> {
    await changeTask(tx, task.id, {
      userid: heir,
      state: 'open',
      release_at: null,
      notified_at: null,
      opened_at: clock.now(),
    })
    await timeline.note(tx, {
      key: `task:${task.id}:handed:${clock.now()}`,
      externalUserId: task.externalUserId,
      userId: heir,
      kind: 'task.passed-on',
      text: `导购${await nameOf(tx, task.userId)}已不是好友，待办「${task.title}」转给${await nameOf(tx, heir)}`,
    })
    await notify(tx, [heir])
  }

  /** Its guide has lost the customer; `heir`: who has them now. */
  async function leave(tx: Tx, task: GuideTask, heir: string | undefined): Promise<void> {
    if (heir === undefined) await changeTask(tx, task.id, { state: 'orphan', release_at: clock.now() + MINUTE_MS })
    else await hand(tx, task, heir)
  }

  async function step(tx: Tx): Promise<boolean> {
    const due = await tx.rows(
      sql`SELECT ${pick(GUIDE_TASK, 'id', 'external_userid')} FROM ${GUIDE_TASK}
          WHERE ${GUIDE_TASK.state} = 'orphan' AND ${GUIDE_TASK.release_at} <= ${clock.now()}
          ORDER BY ${GUIDE_TASK.id} LIMIT ${BATCH}`,
    )
    const owners = await customers.queries.ownersOf(tx, [...new Set(due.map((row) => row.external_userid))])
    for (const row of due) {
      const heir = owners.get(row.external_userid)
      const task = heir === undefined ? undefined : await taskQueries.byId(tx, row.id)
      if (heir !== undefined && task !== undefined) await hand(tx, task, heir)
      else await changeTask(tx, row.id, { release_at: clock.now() + MINUTE_MS })
    }
    return due.length === BATCH
  }

  return {
    leave,
    /** Safe to cut off. */
    findGuides: async (): Promise<void> => {
      while (await db.tx(step)) {
        // Until all have been looked at.
      }
    },
  }
}
export type Orphans = ReturnType<typeof createOrphans>
