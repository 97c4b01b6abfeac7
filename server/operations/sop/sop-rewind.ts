import type { Row, Tx } from '../../core/db/tx.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { storedVersions } from './model/sop-versions.ts'
import { stepAt } from './model/step-path.ts'
import { waitDue } from './model/wait-due.ts'

interface StepRow {
  position: string
  kind: string
  at: number
}

/** Who entered since is outside again; who was inside stands at the step where they then stood. Looks at everybody begin
 *  anew with their next time. */
export function createSopRewind(): Rewind {
  // Only their waits are looked at, which ask for no facts.
  const versions = storedVersions([])

  /** The wait that an entry was in, by the steps that it has taken since. */
  async function stoodAt(tx: Tx, row: Row, atMs: number): Promise<{ position: string; dueAtMs: number }> {
    const id = row.id ?? null
    const steps = await tx.rows<StepRow>('SELECT position, kind, at FROM sop_step WHERE entry_id = ? ORDER BY at, id', [
      id,
    ])
    const next = steps.find((step) => step.at > atMs)
    const position = next?.position ?? String(row.position)
    if (next === undefined && row.due_at !== null) return { position, dueAtMs: Number(row.due_at) }
    const fromMs = steps.filter((step) => step.at <= atMs && step.position !== position).at(-1)?.at
    const sop = await versions(tx, String(row.sop), String(row.version))
    const step = sop === undefined ? undefined : stepAt(sop.steps, position)
    if (step === undefined || !('wait' in step)) return { position, dueAtMs: next?.at ?? atMs }
    return { position, dueAtMs: waitDue(step.wait, fromMs ?? Number(row.entered_at)) }
  }

  return {
    turnBack: async (tx, atMs) => {
      const newer = 'entry_id IN (SELECT id FROM sop_entry WHERE entered_at > ?)'
      for (const table of ['sop_step', 'sop_split', 'sop_message']) {
        await tx.run(`DELETE FROM ${table} WHERE ${newer}`, [atMs])
      }
      await tx.run('DELETE FROM sop_entry WHERE entered_at > ?', [atMs])
      const inside = await tx.rows<Row>('SELECT * FROM sop_entry WHERE ended_at IS NULL OR ended_at > ?', [atMs])
      for (const row of inside) {
        const id = row.id ?? null
        const { position, dueAtMs } = await stoodAt(tx, row, atMs)
        const sop = await versions(tx, String(row.sop), String(row.version))
        const step = sop === undefined ? undefined : stepAt(sop.steps, position)
        const wait = step !== undefined && 'wait' in step ? step.wait : undefined
        const waitingEvent = typeof wait === 'object' && 'event' in wait ? wait.event : null
        await tx.run(
          `UPDATE sop_entry SET state = 'active', ended_at = NULL, end_reason = NULL, position = ?, due_at = ?, waiting_event = ?
           WHERE id = ?`,
          [position, dueAtMs, waitingEvent, id],
        )
      }
      for (const table of ['sop_schedule', 'sop_occurrence', 'sop_member']) await tx.run(`DELETE FROM ${table}`)
      await tx.run('DELETE FROM sop_step WHERE at > ?', [atMs])
      await tx.run('DELETE FROM sop_split WHERE at > ?', [atMs])
      await tx.run(`DELETE FROM sop_message WHERE reached_at > ?`, [atMs])
    },
  }
}
