import { alias } from '../../core/db/define-table.ts'
import { count, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { RECIPIENT_TABLES } from './recipients-of.ts'
import { SEND_GROUP, SEND_RUN } from './send-tables.ts'

/** What one scheduled send asks of one guide. */
export interface SendFigure {
  name: string
  /** UTC milliseconds. */
  scheduledAtMs: number
  userId: string
  customers: number
  groups: number
}

const s = alias(SEND_RUN, 's')

/** What scheduled sends did in a span of time, in order; its first instant, UTC milliseconds, is left out. What journeys ask
 *  for is among their own steps. */
export async function sendFigures(tx: ReadTx, fromMs: number, toMs: number): Promise<SendFigure[]> {
  const found: SendFigure[] = []
  for (const table of RECIPIENT_TABLES) {
    const figure = select({ name: s.send_name, scheduledAtMs: s.scheduled_at, userId: table.userid, many: count() })
    const rows = await tx.rows(
      sql`SELECT ${figure} FROM ${table} JOIN ${s} ON ${s.id} = ${table.run_id}
          WHERE ${s.ask_key} IS NULL AND ${s.scheduled_at} > ${fromMs} AND ${s.scheduled_at} <= ${toMs}
            AND ${table.outcome} IN ('planned', 'sent')
          GROUP BY ${s.send_name}, ${s.scheduled_at}, ${table.userid}
          ORDER BY ${s.scheduled_at}, ${s.send_name}, ${table.userid}`,
    )
    const isOfGroups = table === SEND_GROUP
    for (const { userId, many, ...row } of rows) {
      if (userId !== null)
        found.push({ ...row, userId, customers: isOfGroups ? 0 : many, groups: isOfGroups ? many : 0 })
    }
  }
  return found.sort((a, b) => a.scheduledAtMs - b.scheduledAtMs)
}
