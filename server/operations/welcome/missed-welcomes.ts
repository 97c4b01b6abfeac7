import { sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { type WelcomeOutcome, welcomeRows } from './welcome-store.ts'

/** Welcomes that did not go out, of which nobody knows, or that took longer than `slowMs`, for friendships begun since then; newest first, at most
 *  `limit`. A customer whom another app greeted, or with whom somebody talked already, missed nothing. */
export async function missedWelcomes(
  tx: ReadTx,
  { sinceMs, slowMs, limit }: { sinceMs: number; slowMs: number; limit: number },
): Promise<WelcomeOutcome[]> {
  return welcomeRows(
    tx,
    (w) =>
      sql`${w.added_at} >= ${sinceMs}
          AND (${w.state} IN ('late', 'failed', 'none', 'sent-or-taken') OR (${w.state} = 'sent' AND ${w.latency_ms} > ${slowMs}))
          ORDER BY ${w.added_at} DESC, ${w.id} DESC LIMIT ${limit}`,
  )
}
