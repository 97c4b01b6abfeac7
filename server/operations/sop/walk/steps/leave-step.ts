import type { Tx } from '../../../../core/db/tx.ts'
import type { Entry } from '../../model/sop-entry.ts'
import { done, type PerformStep } from '../step-result.ts'

export interface LeaveStepDeps {
  /** Ends the customer's way through another journey; false when they are not in it. */
  leaveJourney(tx: Tx, name: string, by: { entry: Entry; title: string }): Promise<{ title: string; left: boolean }>
}

export function createLeaveStep({ leaveJourney }: LeaveStepDeps): PerformStep<string> {
  return async (tx, name, { sop, entry }) => {
    const { title, left } = await leaveJourney(tx, name, { entry, title: sop.title })
    return left ? done(`退出 SOP「${title}」`, false) : done(`没有退出 SOP「${title}」：不在里面`, false)
  }
}
