import { all, sql } from '../../../core/db/sql.ts'
import type { Tx } from '../../../core/db/tx.ts'
import type { DutyPlan } from '../../../rules/book/duty-plan.ts'
import { dateInKey } from './duty-key.ts'
import { changeDuty, UNFINISHED_DUTY } from './duty-queries.ts'
import { DUTY } from './duty-tables.ts'
import { letGo } from './end-duty.ts'
import type { OpenDutyDeps } from './open-duty.ts'

/** Whoever was asked already has it done by the time to which the calendar has moved the day since, and is told again; what it has
 *  called off is nobody's any more. What is late stays as it is. Safe to repeat. */
export async function moveDuties(
  tx: Tx,
  deps: Pick<OpenDutyDeps, 'clock' | 'notify'>,
  plans: ReadonlyMap<string, DutyPlan>,
): Promise<void> {
  const waiting = await tx.rows(
    sql`SELECT ${all(DUTY)} FROM ${DUTY} WHERE ${UNFINISHED_DUTY} AND ${DUTY.wake_at} IS NOT NULL ORDER BY ${DUTY.id}`,
  )
  for (const duty of waiting) {
    const { deed, occasions } = plans.get(duty.duty_name) ?? {}
    const date = dateInKey(duty.duty_key)
    if (deed?.kind !== 'ask' || occasions?.on === undefined || date === undefined) continue
    const occasion = occasions.on(date)
    if (occasion === undefined) {
      await letGo(tx, deps, duty, '日历里取消了这一次，不用做了')
      continue
    }
    const dueAtMs = occasion.happensAtMs + deed.withinMs
    if (dueAtMs === duty.due_at) continue
    // It is news again.
    const wake = duty.state === 'open' ? { wake_at: dueAtMs, notified_at: null, opened_at: deps.clock.now() } : {}
    await changeDuty(tx, duty.id, { due_at: dueAtMs, ...wake })
    if (duty.state === 'open') await deps.notify(tx, [duty.userid])
  }
}
