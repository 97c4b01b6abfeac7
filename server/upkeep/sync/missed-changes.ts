import { alias } from '../../core/db/define-table.ts'
import { maybeNumber, number, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { MissedKind } from './missed-kinds.ts'
import { RECONCILE_FINDING } from './sync-tables.ts'

const f = alias(RECONCILE_FINDING, 'f')

export interface MissedChange {
  kind: MissedKind
  /** external_userid, chat_id, tag id, userid or state. */
  subject: string
  userId?: string | undefined
  /** Default 1. */
  amount?: number
  /** When it happened at WeCom, UTC milliseconds; undefined where nothing tells it. */
  sinceMs?: number | undefined
}

export interface MissedSum {
  kind: MissedKind
  amount: number
  /** The oldest whose instant is known. */
  sinceMs: number | undefined
}

export const missedChanges = {
  keep: async (tx: Tx, runId: number, found: MissedChange[], nowMs: number): Promise<number> => {
    if (found.length === 0) return 0
    await tx.insertIgnore(
      RECONCILE_FINDING,
      found.map((finding) => ({
        run_id: runId,
        kind: finding.kind,
        subject: finding.subject,
        userid: finding.userId ?? null,
        amount: finding.amount ?? 1,
        since_at: finding.sinceMs ?? null,
        found_at: nowMs,
      })),
    )
    return found.reduce((sum, finding) => sum + (finding.amount ?? 1), 0)
  },
  /** Most first. */
  sumsOf: async (tx: Tx, runId: number): Promise<MissedSum[]> => {
    const amount = number(sql`SUM(${f.amount})`)
    const sinceMs = maybeNumber(sql`MIN(${f.since_at})`)
    const rows = await tx.rows(
      sql`SELECT ${select({ kind: f.kind, amount, sinceMs })} FROM ${f}
          WHERE ${f.run_id} = ${runId} GROUP BY ${f.kind} ORDER BY ${amount} DESC, ${f.kind}`,
    )
    return rows.map((row) => ({ ...row, sinceMs: row.sinceMs ?? undefined }))
  },
  ofRun: async (tx: Tx, runId: number, limit: number): Promise<MissedChange[]> => {
    const { kind, subject, userid, amount, since_at } = f
    const rows = await tx.rows(
      sql`SELECT ${select({ kind, subject, userId: userid, amount, sinceMs: since_at })} FROM ${f}
          WHERE ${f.run_id} = ${runId} ORDER BY ${kind}, ${f.id} LIMIT ${limit}`,
    )
    return rows.map((row) => ({ ...row, userId: row.userId ?? undefined, sinceMs: row.sinceMs ?? undefined }))
  },
  /** Of runs that began before. */
  dropBefore: async (tx: Tx, beforeMs: number): Promise<void> => {
    await tx.run(sql`DELETE FROM ${RECONCILE_FINDING} WHERE ${RECONCILE_FINDING.found_at} < ${beforeMs}`)
  },
}
