import { alias } from '../../core/db/define-table.ts'
import { count, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { HANDOVER_CUSTOMER } from './handover-tables.ts'

/** Natural days in which WeCom counts handovers of one customer or group. Sources: docs 92125, 95703. */
const WINDOW_DAYS = 90
export const MOST_IN_WINDOW = 2

export interface CustomerPast {
  /** Under way now, by any handover. */
  isOpen: boolean
  /** Moved within the window. */
  moves: number
  /** When the earliest of these leaves the window, so that the customer may move again; UTC milliseconds. */
  freeAtMs: number | undefined
  /** Guides whom the customer refused within the window. */
  refused: Set<string>
}

export const windowStart = (nowMs: number): number => startOfShanghaiDay(nowMs) - (WINDOW_DAYS - 1) * DAY_MS
const leavesWindow = (atMs: number): number => startOfShanghaiDay(atMs) + WINDOW_DAYS * DAY_MS

const c = alias(HANDOVER_CUSTOMER, 'c')

/** What our own log of handovers says of everybody who is, or lately was, handed over by or to anyone. */
export async function customerPasts(tx: Tx, nowMs: number): Promise<Map<string, CustomerPast>> {
  const rows = await tx.rows(
    sql`SELECT ${pick(c, 'external_userid', 'to_userid', 'state', 'ended_at')} FROM ${c}
        WHERE ${c.open_customer} IS NOT NULL
          OR (${c.state} IN ('done', 'refused') AND ${c.ended_at} >= ${windowStart(nowMs)}) ORDER BY ${c.id}`,
  )
  const pasts = new Map<string, CustomerPast>()
  for (const row of rows) {
    const past = pasts.get(row.external_userid) ?? { isOpen: false, moves: 0, freeAtMs: undefined, refused: new Set() }
    pasts.set(row.external_userid, past)
    if (row.state === 'refused') past.refused.add(row.to_userid)
    else if (row.state === 'done') {
      past.moves += 1
      // With two moves in the window, the first to leave it frees the customer.
      past.freeAtMs ??= leavesWindow(row.ended_at ?? nowMs)
    } else past.isOpen = true
  }
  return pasts
}

/** How many customers are on their way to each guide. */
export async function underWayTo(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx.rows(
    sql`SELECT ${select({ userId: c.to_userid, customers: count() })} FROM ${c}
        WHERE ${c.open_customer} IS NOT NULL GROUP BY ${c.to_userid}`,
  )
  return new Map(rows.map((row) => [row.userId, row.customers]))
}
