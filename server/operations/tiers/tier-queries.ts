import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Ladder } from '../../rules/book/rule-book.ts'
import { type CustomerTier, pathOf, tiersOn, tiersWhere } from './tier-store.ts'

/** `rule`: the ladder itself; `journey`, `hand`: told so. */
export type MovedBy = 'rule' | 'journey' | 'hand'

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

interface StoredMove {
  id: number
  external_userid: string
  ladder: string
  from_level: string | null
  to_level: string
  moved_by: MovedBy
  version: string
  reason: string
  moved_at: number
}

export const tierQueries = {
  /** One per ladder, by the ladder's name. */
  ofCustomer: (tx: Tx, externalUserId: string): Promise<CustomerTier[]> =>
    tiersWhere(tx, 'external_userid = ? ORDER BY ladder', [externalUserId]),
  on: tiersOn,
  /** Newest first, at most 100. */
  movesOf: async (tx: Tx, externalUserId: string): Promise<TierMove[]> => {
    const rows = await tx.rows<StoredMove>(
      `SELECT id, external_userid, ladder, from_level, to_level, moved_by, version, reason, moved_at FROM tier_move
       WHERE external_userid = ? ORDER BY id DESC LIMIT 100`,
      [externalUserId],
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
  placesAt: async (tx: Tx, ladder: string, level: string): Promise<{ userId: string; count: number }[]> => {
    const rows = await tx.rows<{ userid: string; total: number }>(
      `SELECT userid, COUNT(*) AS total FROM tier_seat WHERE ladder = ? AND level = ?
       GROUP BY userid ORDER BY total DESC, userid`,
      [ladder, level],
    )
    return rows.map((row) => ({ userId: row.userid, count: Number(row.total) }))
  },
  /** How many customers are on each level of a ladder, by the level's name; levels without anybody are left out. */
  countsOn: async (tx: Tx, { name, levels }: Ladder): Promise<Map<string, number>> => {
    const rows = await tx.rows<{ path: string; total: number }>(
      `SELECT path, COUNT(*) AS total FROM customer_tier WHERE path IN (${levels.map(() => '?').join(', ')}) GROUP BY path`,
      levels.map((level) => pathOf(name, level.name)),
    )
    return new Map(rows.map((row) => [row.path.slice(name.length + 1), Number(row.total)]))
  },
}
