import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { SAME_MOVE_MS } from '../../records/customers/console-moves.ts'
import type { Takeover, Takeovers } from '../../records/customers/take-over.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import { handoverQueries } from './handover-queries.ts'
import { type CustomerEnd, customerRows, endCustomer } from './handover-row.ts'
import { type CustomerRow, HANDOVER_CUSTOMER } from './handover-tables.ts'
import { failState } from './outcome-text.ts'

export interface LedgerDeps {
  timeline: Pick<Timeline, 'note'>
  staff: { queries: Pick<Staff['queries'], 'nameOf'> }
}

/** WeCom's clock and ours, and the seconds that its event times are cut to. */
const SLACK_MS = MINUTE_MS

const toTakeover = (row: CustomerRow): Takeover => ({
  key: String(row.id),
  externalUserId: row.external_userid,
  fromUserId: row.from_userid,
  toUserId: row.to_userid,
  isOurs: true,
})

function belongsTo(row: CustomerRow, atMs: number): boolean {
  if (row.state === 'done') return Math.abs(atMs - (row.takeover_at ?? 0)) <= SAME_MOVE_MS
  // Asked for at this moment: the answer is not written down yet, but its event may be here.
  if (row.state === 'planned') return true
  if (row.state === 'waiting' || row.state === 'unknown') return atMs >= (row.asked_at ?? 0) - SLACK_MS
  return false
}

/** Who is handed over to whom, and how far it came: what WeCom's events and answers are held against. */
export function createHandoverLog({ timeline, staff }: LedgerDeps) {
  /** Ends one customer's handover without success. True when it was under way. */
  async function fail(tx: Tx, row: CustomerRow, end: CustomerEnd): Promise<boolean> {
    if (!(await endCustomer(tx, row.id, end))) return false
    const to = (await staff.queries.nameOf(tx, row.to_userid)) ?? row.to_userid
    await timeline.note(tx, {
      key: `handover:${row.id}:${end.state}`,
      externalUserId: row.external_userid,
      userId: row.from_userid,
      atMs: end.atMs,
      kind: 'customer.transfer-fail',
      text: `转给${to}没有成功：${end.reason ?? ''}`,
      reason: { text: `转接 #${row.handover_id}` },
    })
    return true
  }

  const takeovers: Takeovers = {
    expected: async (tx, { externalUserId, fromUserId, toUserId, atMs }) => {
      const ofGuide =
        fromUserId === undefined
          ? sql`${HANDOVER_CUSTOMER.to_userid} = ${toUserId ?? ''}`
          : sql`${HANDOVER_CUSTOMER.from_userid} = ${fromUserId}`
      const rows = await customerRows(
        tx,
        sql`${HANDOVER_CUSTOMER.external_userid} = ${externalUserId} AND ${ofGuide}
            ORDER BY ${HANDOVER_CUSTOMER.id} DESC LIMIT 5`,
      )
      const row = rows.find((one) => belongsTo(one, atMs))
      return row === undefined ? undefined : toTakeover(row)
    },
    waiting: (tx, externalUserId) => handoverQueries.leftBehindBy(tx, externalUserId),
    completed: async (tx, { key }, atMs) => {
      const changes = set(HANDOVER_CUSTOMER, {
        state: 'done',
        takeover_at: atMs,
        ended_at: atMs,
        open_customer: null,
        poll_at: null,
        errcode: null,
        reason: null,
      })
      await tx.run(
        sql`UPDATE ${HANDOVER_CUSTOMER} SET ${changes}
            WHERE ${HANDOVER_CUSTOMER.id} = ${Number(key)} AND ${HANDOVER_CUSTOMER.state} <> 'done'`,
      )
    },
    failed: async (tx, { externalUserId, toUserId, failReason, atMs }) => {
      const [row] = await customerRows(
        tx,
        sql`${HANDOVER_CUSTOMER.external_userid} = ${externalUserId} AND ${HANDOVER_CUSTOMER.to_userid} = ${toUserId}
            ORDER BY ${HANDOVER_CUSTOMER.id} DESC LIMIT 1`,
      )
      if (row === undefined) return false
      // Known by asking before its event came.
      if (row.state === 'refused' || row.state === 'full') return atMs >= (row.asked_at ?? 0) - SLACK_MS
      if (!belongsTo(row, atMs) || row.state === 'done') return false
      return fail(tx, row, { ...failState(failReason), atMs })
    },
  }

  return { takeovers, toTakeover, fail }
}
export type HandoverLog = ReturnType<typeof createHandoverLog>
