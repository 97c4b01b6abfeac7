import type { Tx } from '../../../core/db/tx.ts'
import { stepLog } from '../model/step-log.ts'
import { entryOfKey } from './step-result.ts'

/** What became of a gift stands at the step that gave it. Safe to repeat. */
export async function onGranted(tx: Tx, key: string, text: string): Promise<void> {
  const step = entryOfKey(key)
  if (step !== undefined) await stepLog.setOutcome(tx, step.id, step.position, text)
}
