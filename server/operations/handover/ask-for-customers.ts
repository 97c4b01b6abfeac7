import type { Db } from '../../core/db/db.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { AskForCustomers } from './handover-actions.ts'
import type { HandoverLog } from './handover-log.ts'
import { customerRows, needHandover } from './handover-row.ts'
import { type CustomerRow, HANDOVER_CUSTOMER } from './handover-tables.ts'
import { endByErrcode, underWayText } from './outcome-text.ts'

export interface AskForCustomersDeps {
  db: Db
  clock: Clock
  wecom: Pick<Wecom, 'handovers'>
  timeline: Pick<Timeline, 'note'>
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
  handoverLog: HandoverLog
}

/** After a call that was cut off, or with another handover under way, these do not tell whether ours has begun; the results
 *  do: 40100 and 40129 under way, 40131 the old guide is none any more. */
const OPEN_QUESTIONS: readonly number[] = [
  ERRCODE.isBeingTransferred,
  ERRCODE.transferIsOpen,
  ERRCODE.giverDoesNotFollow,
]
/** Kept as the errcode of a row whose call had no usable answer. */
export const UNANSWERED = -1
/** WeCom moves the customer by itself after this. Source: doc 92125. */
export const TAKES_MS = DAY_MS
/** A customer who is the new guide's friend already has moved at once. */
const FIRST_POLL_MS = 5 * MINUTE_MS

interface Answer {
  askedAtMs: number
  errcodes: Record<string, number>
}

export function createAskForCustomers(deps: AskForCustomersDeps): Executor {
  const { db, clock, wecom, timeline, staff, handoverLog } = deps

  const planned = (tx: Tx, { handoverId, part }: { handoverId: number; part: number }): Promise<CustomerRow[]> =>
    customerRows(
      tx,
      sql`${HANDOVER_CUSTOMER.handover_id} = ${handoverId} AND ${HANDOVER_CUSTOMER.part} = ${part}
          AND ${HANDOVER_CUSTOMER.state} = 'planned' ORDER BY ${HANDOVER_CUSTOMER.id}`,
    )

  const name = async (tx: Tx, userId: string): Promise<string> => (await staff.queries.nameOf(tx, userId)) ?? userId

  async function wait(tx: Tx, row: CustomerRow, askedAtMs: number, doubt: number | undefined): Promise<void> {
    const takeoverAtMs = askedAtMs + TAKES_MS
    const pollAtMs = clock.now() + (doubt === undefined ? FIRST_POLL_MS : MINUTE_MS)
    const changes = set(HANDOVER_CUSTOMER, {
      state: 'waiting',
      errcode: doubt ?? null,
      asked_at: askedAtMs,
      takeover_at: takeoverAtMs,
      poll_at: pollAtMs,
    })
    const changed = await tx.run(
      sql`UPDATE ${HANDOVER_CUSTOMER} SET ${changes}
          WHERE ${HANDOVER_CUSTOMER.id} = ${row.id} AND ${HANDOVER_CUSTOMER.state} = 'planned'`,
    )
    if (changed === 0 || doubt !== undefined) return
    await timeline.note(tx, {
      key: `handover:${row.id}:asked`,
      externalUserId: row.external_userid,
      userId: row.from_userid,
      atMs: askedAtMs,
      kind: 'customer.handover',
      text: underWayText(await name(tx, row.from_userid), await name(tx, row.to_userid), takeoverAtMs),
      reason: { text: `转接 #${row.handover_id}` },
    })
  }

  return execute(AskForCustomers, {
    perform: async ({ payload, createdAtMs, attempts }): Promise<Answer> => {
      const { handover, rows } = await db.tx(async (tx) => ({
        handover: await needHandover(tx, payload.handoverId),
        rows: await planned(tx, payload),
      }))
      const [first] = rows
      const now = clock.now()
      if (first === undefined) return { askedAtMs: now, errcodes: {} }
      const body = {
        handover_userid: first.from_userid,
        takeover_userid: first.to_userid,
        external_userid: rows.map((row) => row.external_userid),
      }
      const message = handover.message === null ? {} : { transfer_success_msg: handover.message }
      const { customer = [] } =
        handover.departed === 1
          ? await wecom.handovers.transferResigned(body)
          : await wecom.handovers.transfer({ ...body, ...message })
      // An earlier attempt without an answer may have been the one that began it.
      const askedAtMs = attempts > 1 ? createdAtMs : now
      return { askedAtMs, errcodes: Object.fromEntries(customer.map((one) => [one.external_userid, one.errcode])) }
    },
    record: async (tx, { payload }, { askedAtMs, errcodes }) => {
      for (const row of await planned(tx, payload)) {
        const errcode = errcodes[row.external_userid] ?? UNANSWERED
        if (errcode === 0) await wait(tx, row, askedAtMs, undefined)
        else if (errcode === UNANSWERED || OPEN_QUESTIONS.includes(errcode)) await wait(tx, row, askedAtMs, errcode)
        else {
          await handoverLog.fail(tx, row, { ...endByErrcode(errcode), atMs: clock.now() })
        }
      }
    },
    abandoned: async (tx, { payload, createdAtMs }, { errcode }) => {
      for (const row of await planned(tx, payload)) {
        if (errcode === undefined) await wait(tx, row, createdAtMs, UNANSWERED)
        else await handoverLog.fail(tx, row, { ...endByErrcode(errcode), atMs: clock.now() })
      }
    },
  })
}
