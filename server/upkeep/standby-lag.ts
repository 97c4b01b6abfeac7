import { createDb } from '../core/db/db.ts'
import { maybeNumber, select, sql } from '../core/db/sql.ts'
import { LIVE_PROCESS } from '../platform/deployment/deployment-tables.ts'

export type StandbyState = { kind: 'follows'; behindMs: number } | { kind: 'empty' } | { kind: 'away'; code: string }

/** Our processes write every five seconds that they live: how old the newest such row is on the standby is how far it is behind,
 *  whatever the two databases' clocks and the replication's own figures say. Never throws. */
export async function standbyLag(standbyUrl: string, nowMs: number): Promise<StandbyState> {
  const db = createDb(standbyUrl, [], { silenceMs: 10_000 })
  try {
    const newest = maybeNumber(sql`MAX(${LIVE_PROCESS.seen_at})`)
    const row = await db.statement((tx) => tx.row(sql`SELECT ${select({ newest })} FROM ${LIVE_PROCESS}`))
    if (row?.newest == null) return { kind: 'empty' }
    return { kind: 'follows', behindMs: Math.max(0, nowMs - row.newest) }
  } catch (error) {
    return { kind: 'away', code: error instanceof Error && 'code' in error ? String(error.code) : 'internal' }
  } finally {
    await db.close().catch(() => undefined)
  }
}
