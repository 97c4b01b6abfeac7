import { alias } from '../../core/db/define-table.ts'
import { every, list, number, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { ProductRole } from '../../rules/schema/product-rules.ts'
import { SHOP_ORDER, SHOP_ORDER_ITEM } from './order-tables.ts'

export interface RoleMove {
  days: number
  /** Began at least so many days ago. */
  people: number
  /** Of them within so many days bought what they were to move to. */
  goals: number
}

const o = alias(SHOP_ORDER, 'o')
const i = alias(SHOP_ORDER_ITEM, 'i')

const boughtOf = (roles: readonly ProductRole[], more: readonly Sql[] = []): Sql =>
  sql`FROM ${o} JOIN ${i} ON ${i.shop_order_id} = ${o.id}
    WHERE ${every([
      sql`${o.status} = 'paid' AND ${o.paid_at} IS NOT NULL AND ${o.external_userid} IS NOT NULL`,
      sql`${i.role} IN ${list(roles)} AND ${i.quantity} > ${i.refunded_quantity}`,
      ...more,
    ])}`

/** Of those who began with goods of some roles, how many went on to others within so many days. Who had bought of the others before,
 *  or in the same order, has not begun with the first. What came back was not bought. `sinceMs`: who began from then on. */
export async function roleMoves(
  tx: ReadTx,
  asked: {
    from: readonly ProductRole[]
    to: readonly ProductRole[]
    days: readonly number[]
    sinceMs: number
    nowMs: number
  },
): Promise<RoleMove[]> {
  const isTheirs = sql`${o.external_userid} = b.who`
  const begun = sql`SELECT ${o.external_userid} AS who, MIN(${o.paid_at}) AS begun_at ${boughtOf(asked.from)}
    GROUP BY ${o.external_userid}`
  const goals = sql`SELECT b.who, b.begun_at,
      (SELECT MIN(${o.paid_at}) ${boughtOf(asked.to, [isTheirs])}) AS goal_at
    FROM (${begun}) b`
  const counted = (days: number) => {
    const isOldEnough = sql`g.begun_at <= ${asked.nowMs - days * DAY_MS}`
    const isDone = sql`g.goal_at <= g.begun_at + ${days * DAY_MS}`
    return select({
      people: number(sql`COALESCE(SUM(CASE WHEN ${isOldEnough} THEN 1 ELSE 0 END), 0)`),
      goals: number(sql`COALESCE(SUM(CASE WHEN ${isOldEnough} AND ${isDone} THEN 1 ELSE 0 END), 0)`),
    })
  }
  const isAsked = sql`g.begun_at >= ${asked.sinceMs} AND (g.goal_at IS NULL OR g.goal_at > g.begun_at)`
  const moves: RoleMove[] = []
  for (const days of asked.days) {
    const row = await tx.row(sql`SELECT ${counted(days)} FROM (${goals}) g WHERE ${isAsked}`)
    moves.push({ days, people: row?.people ?? 0, goals: row?.goals ?? 0 })
  }
  return moves
}
