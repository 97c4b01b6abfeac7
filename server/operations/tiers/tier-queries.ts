import { alias } from '../../core/db/define-table.ts'
import { all, count, list, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'
import type { MovedBy } from './tier-states.ts'
import { type CustomerTier, pathOf, tiersOn, tiersWhere } from './tier-store.ts'
import { CUSTOMER_TIER, TIER_MOVE, TIER_SEAT } from './tier-tables.ts'

export interface TierMove {
  id: number
  externalUserId: string
  ladder: string
  /** Undefined: was on no level before. The same as `to`: was told to stay. */
  from: string | undefined
  to: string
  by: MovedBy
  version: string
  reason: Reason
  atMs: number
}

export const tierQueries = {
  /** One per ladder, by the ladder's name. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<CustomerTier[]> =>
    tiersWhere(tx, sql`${CUSTOMER_TIER.external_userid} = ${externalUserId} ORDER BY ${CUSTOMER_TIER.ladder}`),
  on: tiersOn,
  /** Newest first, at most 100. */
  movesOf: async (tx: Tx, externalUserId: string): Promise<TierMove[]> => {
    const rows = await tx.rows(
      sql`SELECT ${all(TIER_MOVE)} FROM ${TIER_MOVE}
          WHERE ${TIER_MOVE.external_userid} = ${externalUserId} ORDER BY ${TIER_MOVE.id} DESC LIMIT 100`,
    )
    return rows.map((row) => ({
      id: row.id,
      externalUserId: row.external_userid,
      ladder: row.ladder,
      from: row.from_level ?? undefined,
      to: row.to_level,
      by: row.moved_by,
      version: row.version,
      reason: JSON.parse(row.reason) as Reason,
      atMs: row.moved_at,
    }))
  },
  /** How many customers of a level each guide has or is given, the most first. */
  placesAt: (tx: Tx, ladder: string, level: string): Promise<{ userId: string; customers: number }[]> => {
    const s = alias(TIER_SEAT, 's')
    return tx.rows(
      sql`SELECT ${select({ userId: s.userid, customers: count() })} FROM ${s}
          WHERE ${s.ladder} = ${ladder} AND ${s.level} = ${level} GROUP BY ${s.userid} ORDER BY customers DESC, ${s.userid}`,
    )
  },
  /** How many customers are on each level of a ladder, by the level's name; levels without anybody are left out. */
  countsOn: async (tx: Tx, { name, levels }: Ladder): Promise<Map<string, number>> => {
    const t = alias(CUSTOMER_TIER, 't')
    const paths = levels.map((level) => pathOf(name, level.name))
    const rows = await tx.rows(
      sql`SELECT ${select({ path: t.path, customers: count() })} FROM ${t} WHERE ${t.path} IN ${list(paths)} GROUP BY ${t.path}`,
    )
    return new Map(rows.map((row) => [row.path.slice(name.length + 1), row.customers]))
  },
}
