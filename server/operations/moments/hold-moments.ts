import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Moment } from '../../rules/book/rule-book.ts'
import { takeDue } from '../mass-send/schedule.ts'
import { MOMENT_SCHEDULE } from '../mass-send/send-tables.ts'
import { MOMENT_RUN } from './moment-tables.ts'

/** After an old state of the database was put back: what was due by `untilMs` (UTC) may have been published since. Times that
 *  passed count as missed, and what was still to be made is not made. Gives how many. Safe to repeat. */
export async function holdMoments(
  tx: Tx,
  moments: Iterable<Moment>,
  { untilMs, why }: { untilMs: number; why: string },
): Promise<number> {
  const due = await takeDue(tx, moments, untilMs, () => undefined, MOMENT_SCHEDULE)
  const held = due.map(({ send, scheduledAtMs }) => ({
    moment_name: send.name,
    scheduled_at: scheduledAtMs,
    rule_version: send.version,
    rule_json: JSON.stringify({ content: send.value.content }),
    state: 'missed' as const,
    planned_at: untilMs,
    remark: why,
    finished_at: untilMs,
    // Moved afterwards it does not come either.
    occasion: send.occasions?.nextAfter(scheduledAtMs - 1)?.date ?? null,
  }))
  if (held.length > 0) await tx.insertIgnore(MOMENT_RUN, held)
  const failed = set(MOMENT_RUN, { state: 'failed', remark: why, finished_at: untilMs })
  // What waited for a yes may have got one since, and have gone out at its time.
  const wasDue = sql`${MOMENT_RUN.state} = 'awaiting' AND ${MOMENT_RUN.scheduled_at} <= ${untilMs}`
  const unmade = await tx.run(
    sql`UPDATE ${MOMENT_RUN} SET ${failed} WHERE ${MOMENT_RUN.state} = 'planned' OR (${wasDue})`,
  )
  return due.length + unmade
}
