import { alias } from '../../core/db/define-table.ts'
import { count, list, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { shanghaiParts } from '../../core/kernel/shanghai.ts'
import { SEND_RECIPIENT } from './send-tables.ts'

/** How many corp mass messages one customer may get in the Shanghai month of `nowMs`: as many as the month has days,
 *  unless the corp has tightened it (企业微信后台 → 客户联系 → 群发规则). Source: docs 92135. */
export function perCustomerLimit(nowMs: number, setting: number | undefined): number {
  const { year, month } = shanghaiParts(nowMs)
  return setting ?? new Date(Date.UTC(year, month, 0)).getUTCDate()
}

export function startOfShanghaiMonth(nowMs: number): number {
  const { year, month } = shanghaiParts(nowMs)
  return Date.UTC(year, month - 1, 1) - 8 * 3_600_000
}

/** How many of ours each of these customers has received in the month of `nowMs`; none: left out. */
export async function receivedThisMonth(
  tx: Tx,
  externalUserIds: string[],
  nowMs: number,
): Promise<Map<string, number>> {
  if (externalUserIds.length === 0) return new Map()
  const r = alias(SEND_RECIPIENT, 'r')
  const rows = await tx.rows(
    sql`SELECT ${select({ id: r.external_userid, received: count() })} FROM ${r}
        WHERE ${r.outcome} = 'sent' AND ${r.outcome_at} >= ${startOfShanghaiMonth(nowMs)}
          AND ${r.external_userid} IN ${list(externalUserIds)}
        GROUP BY ${r.external_userid}`,
  )
  return new Map(rows.map((row) => [row.id, row.received]))
}
