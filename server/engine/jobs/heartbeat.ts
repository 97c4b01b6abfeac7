import type { Tx } from '../../core/db/tx.ts'

/** A server ends some job every second; silent this long, it does not run. */
const SILENT_MS = 20_000

/** True when a server works on this database: commands then leave the work to it. */
export async function isServerRunning(tx: Tx, nowMs: number): Promise<boolean> {
  const row = await tx.row<{ at: number | null }>('SELECT MAX(last_at) AS at FROM job_run')
  return (row?.at ?? 0) > nowMs - SILENT_MS
}
