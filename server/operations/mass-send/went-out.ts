import { alias } from '../../core/db/define-table.ts'
import { pick, type Sql, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SEND_BATCH, SEND_RUN } from './send-tables.ts'

const b = alias(SEND_BATCH, 'begun')

/** A run, as WENT_OUT knows it. */
export const sentRun = alias(SEND_RUN, 'sent_run')

/** Of `sentRun`: WeCom was asked for a task of it, or may have been; what it refused for certain does not count. */
export const WENT_OUT: Sql = sql`EXISTS (SELECT 1 FROM ${b} WHERE ${b.run_id} = ${sentRun.id} AND ${b.started_at} IS NOT NULL)`

/** The same of one run. Reads only. */
export async function hasGoneOut(tx: ReadTx, runId: number): Promise<boolean> {
  const begun = await tx.row(
    sql`SELECT ${pick(SEND_BATCH, 'id')} FROM ${SEND_BATCH}
        WHERE ${SEND_BATCH.run_id} = ${runId} AND ${SEND_BATCH.started_at} IS NOT NULL LIMIT 1`,
  )
  return begun !== undefined
}
