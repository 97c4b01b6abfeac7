import type { Tx } from '../../core/db/tx.ts'
import {
  type BatchRow,
  type BatchState,
  OUTCOMES,
  type Outcome,
  type OutcomeCounts,
  type RunRow,
  type RunState,
} from './send-run.ts'

export interface SendRun {
  id: number
  name: string
  scheduledAtMs: number
  state: RunState
  /** Chinese; what the operator should know about this run. */
  remark: string | undefined
  finishedAtMs: number | undefined
  counts: OutcomeCounts
}

export interface SendBatch {
  id: number
  userId: string
  size: number
  state: BatchState
  msgid: string | undefined
  confirmedAtMs: number | undefined
  remindedAtMs: number | undefined
  /** Chinese; why it failed or is unclear. */
  trouble: string | undefined
  counts: OutcomeCounts
}

const emptyCounts = (): OutcomeCounts => ({
  planned: 0,
  sent: 0,
  excluded: 0,
  'not-friend': 0,
  'over-limit': 0,
  'not-confirmed': 0,
  failed: 0,
})

interface CountRow {
  part: number | null
  outcome: Outcome
  customers: number
}

function tally(rows: CountRow[]): Map<number | null, OutcomeCounts> {
  const counts = new Map<number | null, OutcomeCounts>()
  for (const { part, outcome, customers } of rows) {
    const held = counts.get(part) ?? emptyCounts()
    if (OUTCOMES.includes(outcome)) held[outcome] += Number(customers)
    counts.set(part, held)
  }
  return counts
}

const toRun = (row: RunRow, counts: OutcomeCounts | undefined): SendRun => ({
  id: row.id,
  name: row.send_name,
  scheduledAtMs: row.scheduled_at,
  state: row.state,
  remark: row.remark ?? undefined,
  finishedAtMs: row.finished_at ?? undefined,
  counts: counts ?? emptyCounts(),
})

async function withCounts(tx: Tx, rows: RunRow[]): Promise<SendRun[]> {
  if (rows.length === 0) return []
  const counts = tally(
    await tx.rows<CountRow>(
      `SELECT run_id AS part, outcome, COUNT(*) AS customers FROM send_recipient
       WHERE run_id IN (${rows.map(() => '?').join(', ')}) GROUP BY run_id, outcome`,
      rows.map((row) => row.id),
    ),
  )
  return rows.map((row) => toRun(row, counts.get(row.id)))
}

export const sendQueries = {
  /** Scheduled sends, newest first; what journeys ask for is left out. `limit` default 20. */
  runs: async (tx: Tx, { limit = 20 }: { limit?: number } = {}): Promise<SendRun[]> =>
    withCounts(
      tx,
      await tx.rows<RunRow>(
        'SELECT * FROM send_run WHERE ask_key IS NULL ORDER BY scheduled_at DESC, id DESC LIMIT ?',
        [limit],
      ),
    ),
  run: async (tx: Tx, runId: number): Promise<SendRun | undefined> =>
    (await withCounts(tx, await tx.rows<RunRow>('SELECT * FROM send_run WHERE id = ?', [runId])))[0],
  /** The tasks of a run, by guide. */
  batches: async (tx: Tx, runId: number): Promise<SendBatch[]> => {
    const rows = await tx.rows<BatchRow>('SELECT * FROM send_batch WHERE run_id = ? ORDER BY userid, chunk', [runId])
    const counts = tally(
      await tx.rows<CountRow>(
        `SELECT batch_id AS part, outcome, COUNT(*) AS customers FROM send_recipient
         WHERE run_id = ? GROUP BY batch_id, outcome`,
        [runId],
      ),
    )
    return rows.map((row) => ({
      id: row.id,
      userId: row.userid,
      size: row.size,
      state: row.state,
      msgid: row.msgid ?? undefined,
      confirmedAtMs: row.confirmed_at ?? undefined,
      remindedAtMs: row.reminded_at ?? undefined,
      trouble: row.last_error ?? undefined,
      counts: counts.get(row.id) ?? emptyCounts(),
    }))
  },
  /** Why customers of a run were kept out or failed, most first. */
  reasons: async (tx: Tx, runId: number): Promise<{ outcome: Outcome; reason: string; customers: number }[]> => {
    const rows = await tx.rows<{ outcome: Outcome; reason: string; customers: number }>(
      `SELECT outcome, reason, COUNT(*) AS customers FROM send_recipient
       WHERE run_id = ? AND reason IS NOT NULL GROUP BY outcome, reason ORDER BY customers DESC, outcome`,
      [runId],
    )
    return rows.map((row) => ({ ...row, customers: Number(row.customers) }))
  },
  /** What guides still have to confirm, by guide: number of tasks and customers waiting for them. */
  unfinishedByGuide: async (tx: Tx): Promise<{ userId: string; tasks: number; customers: number }[]> => {
    const rows = await tx.rows<{ userid: string; tasks: number; customers: number }>(
      `SELECT b.userid, COUNT(DISTINCT b.id) AS tasks, COUNT(*) AS customers
       FROM send_batch b JOIN send_recipient r ON r.batch_id = b.id AND r.outcome = 'planned'
       WHERE b.state = 'created' AND b.confirmed_at IS NULL GROUP BY b.userid ORDER BY customers DESC, b.userid`,
    )
    return rows.map((row) => ({ userId: row.userid, tasks: Number(row.tasks), customers: Number(row.customers) }))
  },
  /** Batches of which nobody knows whether the platform made them; an operator may look in WeCom's admin console. */
  unclear: async (tx: Tx): Promise<{ batchId: number; runId: number; userId: string; customers: number }[]> => {
    const rows = await tx.rows<BatchRow>(`SELECT * FROM send_batch WHERE state = 'unclear' ORDER BY id`)
    return rows.map((row) => ({ batchId: row.id, runId: row.run_id, userId: row.userid, customers: row.size }))
  },
  /** When each send is next due; undefined: not again. */
  nextTimes: async (tx: Tx): Promise<Map<string, number | undefined>> => {
    const rows = await tx.rows<{ send_name: string; next_at: number | null }>(
      'SELECT send_name, next_at FROM send_schedule',
    )
    return new Map(rows.map((row) => [row.send_name, row.next_at ?? undefined]))
  },
}
