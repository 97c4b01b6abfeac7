import type { Db } from '../../core/db/db.ts'
import { alias, leftOut } from '../../core/db/define-table.ts'
import { select, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { UNANSWERED } from './ask-for-customers.ts'
import { ReadResults } from './handover-actions.ts'
import type { HandoverLog } from './handover-log.ts'
import { customerRows } from './handover-row.ts'
import { type CustomerRow, HANDOVER, HANDOVER_CUSTOMER } from './handover-tables.ts'
import { NO_ANSWER, NO_RESULT, REFUSED, refusalText, TAKER_FULL } from './outcome-text.ts'

export interface FollowUpDeps {
  db: Db
  clock: Clock
  outbox: Outbox
  wecom: Pick<Wecom, 'handovers'>
  customers: Pick<Customers, 'takeOver'>
  handoverLog: HandoverLog
}

interface Result {
  status: number
  takeoverAtMs: number | undefined
}

const DONE = 1
const WAITING = 2
const BY_STATUS: Record<number, { state: 'refused' | 'full'; reason: string }> = {
  3: { state: 'refused', reason: REFUSED },
  4: { state: 'full', reason: TAKER_FULL },
}
/** Of one pair and round, so that a transaction stays short; the rest is still due a minute later. */
const ROWS_A_ROUND = 200
const PAIRS_A_ROUND = 50
const SLACK_MS = MINUTE_MS
const POLL_EVERY_MS = 6 * HOUR_MS
const POLL_LATE_EVERY_MS = HOUR_MS
const GIVE_UP_AFTER_MS = 3 * DAY_MS

const c = alias(HANDOVER_CUSTOMER, 'c')
const h = alias(HANDOVER, 'h')

/** Results are asked for as well as told by events, whichever comes first: callbacks may be lost. */
export function createFollowUp(deps: FollowUpDeps): { executor: Executor; job: Job } {
  const { db, clock, outbox, wecom, customers, handoverLog } = deps

  const nextPollMs = (row: CustomerRow, now: number): number => {
    const takeoverAtMs = row.takeover_at ?? now
    return takeoverAtMs > now ? Math.min(now + POLL_EVERY_MS, takeoverAtMs + MINUTE_MS) : now + POLL_LATE_EVERY_MS
  }

  async function stillWaiting(tx: Tx, row: CustomerRow, takeoverAtMs: number | undefined): Promise<void> {
    const now = clock.now()
    const planned = { ...row, takeover_at: takeoverAtMs ?? row.takeover_at }
    const changes = set(HANDOVER_CUSTOMER, {
      errcode: null,
      takeover_at: planned.takeover_at,
      poll_at: nextPollMs(planned, now),
    })
    await tx.run(
      sql`UPDATE ${HANDOVER_CUSTOMER} SET ${changes}
          WHERE ${HANDOVER_CUSTOMER.id} = ${row.id} AND ${HANDOVER_CUSTOMER.state} = 'waiting'`,
    )
  }

  async function withoutRecord(tx: Tx, row: CustomerRow): Promise<void> {
    const now = clock.now()
    if (row.errcode !== null) {
      const { errcode } = row
      const reason = errcode === UNANSWERED ? NO_ANSWER : refusalText(errcode)
      await handoverLog.fail(tx, row, { state: 'failed', errcode, reason, atMs: now })
    } else if (now - (row.asked_at ?? now) > GIVE_UP_AFTER_MS) {
      await handoverLog.fail(tx, row, { state: 'unknown', reason: NO_RESULT, atMs: now })
    } else await askAgain(tx, row)
  }

  async function askAgain(tx: Tx, row: CustomerRow): Promise<void> {
    const changes = set(HANDOVER_CUSTOMER, { poll_at: nextPollMs(row, clock.now()) })
    await tx.run(sql`UPDATE ${HANDOVER_CUSTOMER} SET ${changes} WHERE ${HANDOVER_CUSTOMER.id} = ${row.id}`)
  }

  async function apply(tx: Tx, row: CustomerRow, result: Result | undefined): Promise<void> {
    const now = clock.now()
    // The list keeps the latest between the two; an earlier move of the same customer is not this one.
    const isEarlier = result?.takeoverAtMs !== undefined && result.takeoverAtMs < (row.asked_at ?? 0) - SLACK_MS
    if (result === undefined || isEarlier) return withoutRecord(tx, row)
    const end = BY_STATUS[result.status]
    if (result.status === DONE) return customers.takeOver(tx, handoverLog.toTakeover(row), result.takeoverAtMs ?? now)
    if (result.status === WAITING) return stillWaiting(tx, row, result.takeoverAtMs)
    if (end === undefined) return withoutRecord(tx, row)
    await handoverLog.fail(tx, row, { ...end, atMs: now })
  }

  const executor = execute(ReadResults, {
    perform: async ({ payload: { fromUserId, toUserId, departed } }) => {
      const read = departed ? wecom.handovers.resignedResults : wecom.handovers.results
      const results: Record<string, Result> = {}
      let isComplete = true
      const asked = { handover_userid: fromUserId, takeover_userid: toUserId }
      for await (const page of pagesOf((more) => read({ ...asked, ...more }))) {
        if (!isWhole(page.customer)) isComplete = false
        for (const { external_userid, status, takeover_time } of page.customer) {
          // 0 stands for none.
          const takeoverAtMs = takeover_time ? takeover_time * 1_000 : undefined
          results[external_userid] = { status, takeoverAtMs }
        }
      }
      return { results, isComplete }
    },
    record: async (tx, { payload }, { results, isComplete }) => {
      const due = await customerRows(
        tx,
        sql`${HANDOVER_CUSTOMER.from_userid} = ${payload.fromUserId} AND ${HANDOVER_CUSTOMER.to_userid} = ${payload.toUserId}
            AND ${HANDOVER_CUSTOMER.state} = 'waiting' AND ${HANDOVER_CUSTOMER.poll_at} <= ${clock.now()}
            ORDER BY ${HANDOVER_CUSTOMER.id} LIMIT ${ROWS_A_ROUND}`,
      )
      for (const row of due) {
        const result = results[row.external_userid]
        // One of the rows that could not be read may have been this customer's.
        if (result === undefined && !isComplete) await askAgain(tx, row)
        else await apply(tx, row, result)
      }
    },
  })

  return {
    executor,
    job: {
      name: 'handover.follow-up',
      everyMs: MINUTE_MS,
      dueAt: leftOut('it reads the platform'),
      run: () =>
        db.tx(async (tx) => {
          const now = clock.now()
          const pairs = await tx.rows(
            sql`SELECT DISTINCT ${select({ fromUserId: c.from_userid, toUserId: c.to_userid, departed: h.departed })}
                FROM ${c} JOIN ${h} ON ${h.id} = ${c.handover_id}
                WHERE ${c.state} = 'waiting' AND ${c.poll_at} <= ${now} LIMIT ${PAIRS_A_ROUND}`,
          )
          for (const { fromUserId, toUserId, departed } of pairs) {
            await outbox.enqueue(tx, ReadResults, {
              key: `handover.results:${departed}:${Math.floor(now / MINUTE_MS)}:${fromUserId}:${toUserId}`,
              payload: { fromUserId, toUserId, departed: departed === 1 },
              reason: { text: '查询客户转接结果' },
            })
          }
        }),
    },
  }
}
