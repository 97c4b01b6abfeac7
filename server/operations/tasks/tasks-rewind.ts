import type { Rewind } from '../../engine/inbox/rewind.ts'

/** To-dos opened since are gone, those closed since are open again; guides close none of them a second time. */
export const createTasksRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    await tx.run('DELETE FROM guide_task WHERE opened_at > ?', [atMs])
    await tx.run(`UPDATE guide_task SET state = 'open', closed_at = NULL, outcome = NULL WHERE closed_at > ?`, [atMs])
    await tx.run('DELETE FROM task_notice')
    await tx.run('DELETE FROM task_day')
    await tx.run('DELETE FROM staff_pace')
  },
})
