import type { Rewind } from '../../engine/inbox/rewind.ts'

/** Mass-sends planned since are gone, with what came of them; scheduled ones come again at their next time. */
export const createSendsRewind = (): Rewind => ({
  turnBack: async (tx, atMs) => {
    const newer = 'run_id IN (SELECT id FROM send_run WHERE planned_at > ?)'
    await tx.run(`DELETE FROM send_recipient WHERE ${newer}`, [atMs])
    await tx.run(`DELETE FROM send_batch WHERE ${newer}`, [atMs])
    await tx.run('DELETE FROM send_run WHERE planned_at > ?', [atMs])
    await tx.run('DELETE FROM send_schedule')
  },
})
