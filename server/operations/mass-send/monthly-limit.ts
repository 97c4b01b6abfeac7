import { type Among, eachAmong } from '../../core/db/among.ts'
import { count, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { shanghaiParts, startOfShanghaiMonth } from '../../core/kernel/shanghai.ts'
import { recipientsOf } from './recipients-of.ts'
import type { ChatType } from './send-states.ts'

/** How many corp mass messages one customer, and one group, may get in the Shanghai month of `nowMs`: as many as the month has days,
 *  unless the corp has tightened it (企业微信后台 → 客户联系 → 群发规则). Source: docs 92135. */
export function monthlyLimit(nowMs: number, setting: number | undefined): number {
  const { year, month } = shanghaiParts(nowMs)
  return setting ?? new Date(Date.UTC(year, month, 0)).getUTCDate()
}

/** How many of ours each of these customers, or groups, has received in the month of `nowMs`; none: left out. */
export async function receivedThisMonth(
  tx: ReadTx,
  chatType: ChatType,
  among: Among,
  nowMs: number,
): Promise<Map<string, number>> {
  const { table, whose } = recipientsOf({ chat_type: chatType })
  const rows = await eachAmong(whose, among, (isAmong) =>
    tx.rows(
      sql`SELECT ${select({ id: whose, received: count() })} FROM ${table}
          WHERE ${table.outcome} = 'sent' AND ${table.outcome_at} >= ${startOfShanghaiMonth(nowMs)} AND ${isAmong}
          GROUP BY ${whose}`,
    ),
  )
  return new Map(rows.map((row) => [row.id, row.received]))
}
