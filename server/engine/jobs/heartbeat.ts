import { maybeNumber, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { JOB_RUN } from './job-tables.ts'

/** A server ends some job every few seconds; silent this long, it does not run. */
const SILENT_MS = 20_000

/** True when a server works on this database: commands then leave the work to it. */
export async function isServerRunning(tx: Tx, nowMs: number): Promise<boolean> {
  const at = maybeNumber(sql`MAX(${JOB_RUN.last_at})`)
  return ((await tx.row(sql`SELECT ${select({ at })} FROM ${JOB_RUN}`))?.at ?? 0) > nowMs - SILENT_MS
}
