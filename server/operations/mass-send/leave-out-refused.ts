import { alias } from '../../core/db/define-table.ts'
import { list, lock, pick, set, sql } from '../../core/db/sql.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import { ConsentChanged } from '../../records/privacy/privacy-events.ts'
import { NO_CONSENT } from './choose-recipients.ts'
import { SEND_BATCH, SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

const r = alias(SEND_RECIPIENT, 'r')
const b = alias(SEND_BATCH, 'b')
const s = alias(SEND_RUN, 's')

/** Who refuses marketing is left out of every send that WeCom does not have yet. A task that a guide is about to confirm
 *  cannot be changed for one customer: WeCom has no such call. Safe to repeat. */
export const leaveOutOnRefusal = (clock: Clock): Subscription =>
  subscribe('mass-send.refused', ConsentChanged, async (tx, { payload: { externalUserId, kind, scope, state } }) => {
    if (kind !== 'marketing' || !['', 'sends', 'journeys'].includes(scope) || state !== 'refused') return
    // Who wants no journeys wants none of the messages that they have asked for.
    const isMeant = scope === 'journeys' ? sql`${s.ask_key} IS NOT NULL` : sql`1 = 1`
    const waiting = await tx.rows(
      sql`SELECT ${pick(r, 'id', 'batch_id')} FROM ${r} JOIN ${b} ON ${b.id} = ${r.batch_id} JOIN ${s} ON ${s.id} = ${b.run_id}
          WHERE ${r.external_userid} = ${externalUserId} AND ${r.outcome} = 'planned'
            AND ${b.state} = 'planned' AND ${b.started_at} IS NULL AND ${isMeant}`,
    )
    if (waiting.length === 0) return
    // Whoever asks WeCom at this moment has them on its list already.
    const open = await tx.rows(
      sql`SELECT ${pick(SEND_BATCH, 'id')} FROM ${SEND_BATCH}
          WHERE ${SEND_BATCH.id} IN ${list(waiting.flatMap((row) => row.batch_id ?? []))}
            AND ${SEND_BATCH.state} = 'planned' AND ${SEND_BATCH.started_at} IS NULL ORDER BY ${SEND_BATCH.id} ${lock()}`,
    )
    if (open.length === 0) return
    const verdict = set(SEND_RECIPIENT, {
      // It was meant for them, which is what they are compared by.
      outcome: 'cancelled',
      reason: NO_CONSENT,
      outcome_at: clock.now(),
      note_due: 1,
    })
    const isMeantFor = sql`${SEND_RECIPIENT.id} IN ${list(waiting.map(({ id }) => id))}
      AND ${SEND_RECIPIENT.batch_id} IN ${list(open.map(({ id }) => id))} AND ${SEND_RECIPIENT.outcome} = 'planned'`
    await tx.run(sql`UPDATE ${SEND_RECIPIENT} SET ${verdict} WHERE ${isMeantFor}`)
  })
