import { createDb, type Db } from '../core/db/db.ts'
import { maybeNumber, number, select, sql } from '../core/db/sql.ts'
import type { Tx } from '../core/db/tx.ts'
import { LIVE_PROCESS } from '../platform/deployment/deployment-tables.ts'
import { DATABASE_NOW } from '../platform/deployment/live-processes.ts'

export type StandbyState = { kind: 'follows'; behindMs: number } | { kind: 'empty' } | { kind: 'away'; code: string }

/** Our processes write every five seconds that they live: by how much the newest such row of the standby is older than the
 *  primary's is how far it is behind, whatever any clock and the replication's own figures say. Never throws for the standby. */
export async function standbyLag(standbyUrl: string, primary: Pick<Db, 'statement'>): Promise<StandbyState> {
  const ofPrimary = await primary.statement(newestRow)
  const db = createDb(standbyUrl, [], { silenceMs: 10_000 })
  try {
    const { newest } = await db.statement(newestRow)
    if (newest === null) return { kind: 'empty' }
    return { kind: 'follows', behindMs: Math.max(0, (ofPrimary.newest ?? ofPrimary.now) - newest) }
  } catch (error) {
    return { kind: 'away', code: error instanceof Error && 'code' in error ? String(error.code) : 'internal' }
  } finally {
    await db.close().catch(() => undefined)
  }
}

/** Written by whichever of our processes; null: none lives. */
async function newestRow(tx: Tx): Promise<{ newest: number | null; now: number }> {
  const shown = select({
    newest: maybeNumber(sql`MAX(${LIVE_PROCESS.seen_at})`),
    now: number(DATABASE_NOW[tx.dialect]),
  })
  const row = await tx.row(sql`SELECT ${shown} FROM ${LIVE_PROCESS}`)
  return row ?? { newest: null, now: 0 }
}
