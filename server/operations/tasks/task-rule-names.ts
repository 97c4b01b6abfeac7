import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { DUTY, DUTY_SCHEDULE } from './duties/duty-tables.ts'
import { GUIDE_TASK } from './task-tables.ts'

const t = GUIDE_TASK

/** Open work that is about a group pool, and what a group SOP asks of staff. */
export const taskRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind === 'group-step') {
      await updateFree(tx, DUTY_SCHEDULE, { send_name: to }, sql`${DUTY_SCHEDULE.send_name} = ${from}`)
      await updateFree(tx, DUTY, { duty_name: to }, sql`${DUTY.duty_name} = ${from}`)
    }
    if (kind !== 'pool') return
    const open = await tx.rows(
      sql`SELECT ${pick(t, 'id', 'detail')} FROM ${t}
          WHERE ${t.state} IN ('open', 'held', 'later', 'orphan') AND ${t.kind} = 'should-leave'`,
    )
    for (const { id, detail } of open) {
      const told = JSON.parse(detail ?? '{}') as Record<string, unknown>
      if (told.pool !== from) continue
      await updateFree(tx, t, { detail: JSON.stringify({ ...told, pool: to }) }, sql`${t.id} = ${id}`)
    }
  },
  // Whoever has asked for the work says so.
  isInUse: () => Promise.resolve(false),
}
