import type { Past } from '../../engine/inbox/past.ts'

/** Mass-sends planned since are gone, with what came of them; scheduled ones come again at their next time. */
export const createSendsPast = (): Past => ({
  turnBack: async (tx, atMs) => {
    const newer = 'run_id IN (SELECT id FROM send_run WHERE planned_at > ?)'
    await tx.run(`DELETE FROM send_recipient WHERE ${newer}`, [atMs])
    await tx.run(`DELETE FROM send_batch WHERE ${newer}`, [atMs])
    await tx.run('DELETE FROM send_run WHERE planned_at > ?', [atMs])
    await tx.run('DELETE FROM send_schedule')
  },
})
