import type { RowOf } from '../../core/db/define-table.ts'
import { all, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Rewind } from '../../engine/inbox/rewind.ts'
import { storedVersions } from './model/sop-versions.ts'
import { stepAt } from './model/step-path.ts'
import { waitDue } from './model/wait-due.ts'
import { SOP_ENTRY, SOP_MEMBER, SOP_MESSAGE, SOP_OCCURRENCE, SOP_SCHEDULE, SOP_SPLIT, SOP_STEP } from './sop-tables.ts'

/** Who entered since is outside again; who was inside stands at the step where they then stood. Looks at everybody begin
 *  anew with their next time. */
export function createSopRewind(): Rewind {
  // Only their waits are looked at, which ask for no facts.
  const versions = storedVersions([])

  /** The wait that an entry was in, by the steps that it has taken since. */
  async function stoodAt(
    tx: Tx,
    row: RowOf<typeof SOP_ENTRY>,
    atMs: number,
  ): Promise<{ position: string; dueAtMs: number }> {
    const steps = await tx.rows(
      sql`SELECT ${pick(SOP_STEP, 'position', 'at')} FROM ${SOP_STEP}
          WHERE ${SOP_STEP.entry_id} = ${row.id} ORDER BY ${SOP_STEP.at}, ${SOP_STEP.id}`,
    )
    const next = steps.find((step) => step.at > atMs)
    const position = next?.position ?? row.position
    if (next === undefined && row.due_at !== null) return { position, dueAtMs: row.due_at }
    const fromMs = steps.filter((step) => step.at <= atMs && step.position !== position).at(-1)?.at
    const sop = await versions(tx, row.sop, row.version)
    const step = sop === undefined ? undefined : stepAt(sop.steps, position)
    if (step === undefined || !('wait' in step)) return { position, dueAtMs: next?.at ?? atMs }
    return { position, dueAtMs: waitDue(step.wait, fromMs ?? row.entered_at) }
  }

  return {
    turnBack: async (tx, atMs) => {
      const { id, entered_at, ended_at } = SOP_ENTRY
      for (const table of [SOP_STEP, SOP_SPLIT, SOP_MESSAGE]) {
        const newer = sql`SELECT ${id} FROM ${SOP_ENTRY} WHERE ${entered_at} > ${atMs}`
        await tx.run(sql`DELETE FROM ${table} WHERE ${table.entry_id} IN (${newer})`)
      }
      await tx.run(sql`DELETE FROM ${SOP_ENTRY} WHERE ${entered_at} > ${atMs}`)
      const inside = await tx.rows(
        sql`SELECT ${all(SOP_ENTRY)} FROM ${SOP_ENTRY} WHERE ${ended_at} IS NULL OR ${ended_at} > ${atMs}`,
      )
      for (const row of inside) {
        const { position, dueAtMs } = await stoodAt(tx, row, atMs)
        const sop = await versions(tx, row.sop, row.version)
        const step = sop === undefined ? undefined : stepAt(sop.steps, position)
        const wait = step !== undefined && 'wait' in step ? step.wait : undefined
        const waitingEvent = typeof wait === 'object' && 'event' in wait ? wait.event : null
        const active = { state: 'active' as const, ended_at: null, end_reason: null }
        const stood = set(SOP_ENTRY, { ...active, position, due_at: dueAtMs, waiting_event: waitingEvent })
        await tx.run(sql`UPDATE ${SOP_ENTRY} SET ${stood} WHERE ${id} = ${row.id}`)
      }
      for (const table of [SOP_SCHEDULE, SOP_OCCURRENCE, SOP_MEMBER]) await tx.run(sql`DELETE FROM ${table}`)
      for (const table of [SOP_STEP, SOP_SPLIT]) await tx.run(sql`DELETE FROM ${table} WHERE ${table.at} > ${atMs}`)
      await tx.run(sql`DELETE FROM ${SOP_MESSAGE} WHERE ${SOP_MESSAGE.reached_at} > ${atMs}`)
    },
  }
}
