import { pick, sql } from '../../core/db/sql.ts'
import { updateFree } from '../../core/db/update-free.ts'
import type { RuleNames } from '../../records/define-capability.ts'
import { DUTY, DUTY_SCHEDULE } from './duties/duty-tables.ts'
import { GUIDE_TASK } from './task-tables.ts'

const t = GUIDE_TASK

/** Open work that is about a group pool, and what group SOPs and campaigns ask of staff. */
export const taskRuleNames: RuleNames = {
  rename: async (tx, { kind, from, to }) => {
    if (kind === 'group-step' || kind === 'campaign-step') {
      await updateFree(tx, DUTY_SCHEDULE, { send_name: to }, sql`${DUTY_SCHEDULE.send_name} = ${from}`)
      const kept = await tx.rows(
        sql`SELECT ${pick(DUTY, 'id', 'duty_key')} FROM ${DUTY} WHERE ${DUTY.duty_name} = ${from} ORDER BY ${DUTY.id}`,
      )
      // Who was asked is known by the name, too: else a day that is moved afterwards would ask them again.
      for (const { id, duty_key: key } of kept)
        await updateFree(
          tx,
          DUTY,
          { duty_name: to, duty_key: key.replace(`${from}:`, () => `${to}:`) },
          sql`${DUTY.id} = ${id}`,
        )
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
  // Whoever has asked for the other work says so.
  isInUse: async (tx, { kind, name }) =>
    kind === 'campaign-step' &&
    (await tx.row(sql`SELECT ${pick(DUTY, 'id')} FROM ${DUTY} WHERE ${DUTY.duty_name} = ${name} LIMIT 1`)) !==
      undefined,
}
