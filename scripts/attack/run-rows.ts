import { openTarget, type Target } from './open-target.ts'
import type { Extent, Outcome, Row } from './row.ts'

const WITHOUT_BRAKES = { REQUESTS_PER_ADDRESS: '0', REQUESTS_PER_GUIDE: '0' }

/** Runs these rows, those with brakes against a server of their own; tells of each as soon as it is over. */
export async function runRows(
  rows: readonly Row[],
  extent: Extent,
  tell: (row: Row, outcome: Outcome) => void,
): Promise<void> {
  for (const withBrakes of [false, true]) {
    const some = rows.filter((row) => (row.withBrakes ?? false) === withBrakes)
    if (some.length === 0) continue
    const target = await openTarget(withBrakes ? {} : WITHOUT_BRAKES)
    try {
      for (const row of some) tell(row, await outcomeOf(row, target, extent))
    } finally {
      await target.close()
    }
  }
}

/** After each the server must be there, and well. */
async function outcomeOf(row: Row, target: Target, extent: Extent): Promise<Outcome> {
  const outcome = await row.run(target, extent)
  return (await target.isWell())
    ? outcome
    : { ...outcome, failed: [...outcome.failed, 'the server is not well afterwards'] }
}
