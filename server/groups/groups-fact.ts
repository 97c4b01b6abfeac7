import type { SqlValue, Tx } from '../db/tx.ts'
import type { Fact, FactValue } from '../rules/fact.ts'

/** The names of the group pools whose groups the customer is in now. */
export const groupsFact: Fact = {
  path: 'groups',
  type: 'set',
  zh: '所在群池',
  load: async (tx: Tx, externalUserIds: string[]): Promise<Map<string, FactValue>> => {
    const pools = new Map<string, string[]>()
    if (externalUserIds.length === 0) return pools
    const marks = externalUserIds.map(() => '?').join(', ')
    const rows = await tx.rows<{ member_id: string; pool: string }>(
      `SELECT DISTINCT m.member_id AS member_id, g.pool AS pool
       FROM chat_member m JOIN chat_group g ON g.chat_id = m.chat_id
       WHERE m.member_id IN (${marks}) AND m.left_at IS NULL AND m.member_type = 2 AND g.dismissed_at IS NULL
         AND g.pool IS NOT NULL ORDER BY g.pool`,
      externalUserIds as SqlValue[],
    )
    for (const row of rows) pools.set(row.member_id, [...(pools.get(row.member_id) ?? []), row.pool])
    return pools
  },
  sql: () => ({
    text: `EXISTS (SELECT 1 FROM chat_member m JOIN chat_group g ON g.chat_id = m.chat_id
      WHERE m.member_id = c.external_userid AND m.left_at IS NULL AND m.member_type = 2
        AND g.dismissed_at IS NULL AND g.pool = :member)`,
    params: [],
  }),
}
