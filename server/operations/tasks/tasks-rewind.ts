import { set, sql } from '../../core/db/sql.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { DUTY, DUTY_SCHEDULE } from './duties/duty-tables.ts'
import { GUIDE_TASK, TASK_DAY, TASK_NOTICE } from './task-tables.ts'

/** To-dos opened since are gone, those closed since are open again; guides close none of them a second time. */
export const createTasksRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run(sql`DELETE FROM ${GUIDE_TASK} WHERE ${GUIDE_TASK.opened_at} > ${atMs}`)
    const reopened = set(GUIDE_TASK, { state: 'open', closed_at: null, outcome: null })
    await tx.run(sql`UPDATE ${GUIDE_TASK} SET ${reopened} WHERE ${GUIDE_TASK.closed_at} > ${atMs}`)
    await tx.run(sql`DELETE FROM ${DUTY} WHERE ${DUTY.opened_at} > ${atMs}`)
    const unended = set(DUTY, { state: 'open', closed_at: null, outcome: null })
    // Whoever hears of late ones hears of these, too.
    await tx.run(sql`UPDATE ${DUTY} SET ${unended}, ${DUTY.wake_at} = ${DUTY.due_at} WHERE ${DUTY.closed_at} > ${atMs}`)
    // With the days go the places in them.
    await tx.run(sql`UPDATE ${DUTY} SET ${set(DUTY, { counted_on: null })} WHERE ${DUTY.counted_on} IS NOT NULL`)
    for (const table of [TASK_NOTICE, TASK_DAY, DUTY_SCHEDULE]) await tx.run(sql`DELETE FROM ${table}`)
  },
})
