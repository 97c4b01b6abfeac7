import { alias } from '../../core/db/define-table.ts'
import { maybeNumber, number, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { LeftOutRow } from '../../platform/wecom/wire/left-out.ts'
import { type MissedKind, UNREAD } from './missed-kinds.ts'
import { RECONCILE_FINDING } from './sync-tables.ts'

const f = alias(RECONCILE_FINDING, 'f')
/** What the column takes. */
const MOST_OF_SUBJECT = 190

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
  /** Rows of WeCom's answers that could not be used: named for people, and no change that was missed. */
  keepUnread: async (
    tx: Tx,
    runId: number,
    path: string,
    rows: readonly LeftOutRow[],
    nowMs: number,
  ): Promise<void> => {
    if (rows.length === 0) return
    const subjectOf = ({ id = '（没有编号）', field }: LeftOutRow): string =>
      Array.from(`${id}，接口 ${path} 的字段 ${field}`).slice(0, MOST_OF_SUBJECT).join('')
    const unread = { run_id: runId, kind: UNREAD, userid: null, amount: 1, since_at: null, found_at: nowMs }
    await tx.insertIgnore(
      RECONCILE_FINDING,
      rows.map((row) => ({ ...unread, subject: subjectOf(row) })),
    )
  },
  unreadOf: async (tx: Tx, runId: number, limit: number): Promise<string[]> =>
    (
      await tx.rows(
        sql`SELECT ${select({ subject: f.subject })} FROM ${f}
            WHERE ${f.run_id} = ${runId} AND ${f.kind} = ${UNREAD} ORDER BY ${f.id} LIMIT ${limit}`,
      )
    ).map(({ subject }) => subject),
  /** Most first. */
  sumsOf: async (tx: Tx, runId: number): Promise<MissedSum[]> => {
    const amount = number(sql`SUM(${f.amount})`)
    const sinceMs = maybeNumber(sql`MIN(${f.since_at})`)
    const rows = await tx.rows(
      sql`SELECT ${select({ kind: f.kind, amount, sinceMs })} FROM ${f}
          WHERE ${f.run_id} = ${runId} GROUP BY ${f.kind} ORDER BY ${amount} DESC, ${f.kind}`,
    )
    return rows.flatMap(({ kind, amount, sinceMs }) =>
      kind === UNREAD ? [] : { kind, amount, sinceMs: sinceMs ?? undefined },
    )
  },
  ofRun: async (tx: Tx, runId: number, limit: number): Promise<MissedChange[]> => {
    const { kind, subject, userid, amount, since_at } = f
    const rows = await tx.rows(
      sql`SELECT ${select({ kind, subject, userId: userid, amount, sinceMs: since_at })} FROM ${f}
          WHERE ${f.run_id} = ${runId} AND ${kind} <> ${UNREAD} ORDER BY ${kind}, ${f.id} LIMIT ${limit}`,
    )
    return rows.flatMap(({ kind, ...row }) =>
      kind === UNREAD ? [] : { ...row, kind, userId: row.userId ?? undefined, sinceMs: row.sinceMs ?? undefined },
    )
  },
  /** Of runs that began before. */
  dropBefore: async (tx: Tx, beforeMs: number): Promise<void> => {
    await tx.run(sql`DELETE FROM ${RECONCILE_FINDING} WHERE ${RECONCILE_FINDING.found_at} < ${beforeMs}`)
  },
}
