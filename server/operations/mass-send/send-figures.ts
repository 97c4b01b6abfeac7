import { alias } from '../../core/db/define-table.ts'
import { count, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SEND_RECIPIENT, SEND_RUN } from './send-tables.ts'

/** What one scheduled send asks of one guide. */
export interface SendFigure {
  name: string
  /** UTC milliseconds. */
  scheduledAtMs: number
  userId: string
  customers: number
}

const r = alias(SEND_RECIPIENT, 'r')
const s = alias(SEND_RUN, 's')

/** What scheduled sends did in a span of time, in order; its first instant, UTC milliseconds, is left out. What journeys ask
 *  for is among their own steps. */
export async function sendFigures(tx: ReadTx, fromMs: number, toMs: number): Promise<SendFigure[]> {
  const rows = await tx.rows(
    sql`SELECT ${select({ name: s.send_name, scheduledAtMs: s.scheduled_at, userId: r.userid, customers: count() })}
        FROM ${r} JOIN ${s} ON ${s.id} = ${r.run_id}
        WHERE ${s.ask_key} IS NULL AND ${s.scheduled_at} > ${fromMs} AND ${s.scheduled_at} <= ${toMs}
          AND ${r.outcome} IN ('planned', 'sent')
        GROUP BY ${s.send_name}, ${s.scheduled_at}, ${r.userid} ORDER BY ${s.scheduled_at}, ${s.send_name}, ${r.userid}`,
  )
  return rows.flatMap(({ userId, ...row }) => (userId === null ? [] : { ...row, userId }))
}
