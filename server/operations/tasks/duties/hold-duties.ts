import type { Tx } from '../../../core/db/tx.ts'
import type { DutyPlan } from '../../../rules/book/duty-plan.ts'
import { takeDue } from '../../mass-send/schedule.ts'
import { DUTY_SCHEDULE } from './duty-tables.ts'

/** A backup was put back: what was due by `untilMs` (UTC) may have been asked already, and nobody is asked a second time. */
export async function holdDuties(tx: Tx, plans: Iterable<DutyPlan>, untilMs: number): Promise<void> {
  // A line that cannot be read asks nobody anyway.
  await takeDue(tx, plans, untilMs, () => undefined, DUTY_SCHEDULE)
}
