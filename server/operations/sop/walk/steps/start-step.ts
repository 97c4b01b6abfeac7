import type { Tx } from '../../../../core/db/tx.ts'
import type { Entry } from '../../model/sop-entry.ts'
import { done, type PerformStep } from '../step-result.ts'

export interface StartStepDeps {
  /** Lets the customer of this entry into another journey, by that journey's own rules. */
  startJourney(tx: Tx, name: string, by: { entry: Entry; title: string }): Promise<Started>
}

/** `why`: one Chinese line. */
type Started = { title: string; why?: undefined } | { title: string; why: string }

export function createStartStep({ startJourney }: StartStepDeps): PerformStep<string> {
  return async (tx, name, { sop, entry }) => {
    const { title, why } = await startJourney(tx, name, { entry, title: sop.title })
    return why === undefined ? done(`开始 SOP「${title}」`, false) : done(`没有开始 SOP「${title}」：${why}`, false)
  }
}
