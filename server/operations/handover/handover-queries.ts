import type { Tx } from '../../core/db/tx.ts'
import { type GroupRow, groupRows } from './give-groups.ts'
import { type CustomerRow, type CustomerState, customerRows } from './handover-row.ts'

export interface HandoverSummary {
  id: number
  fromUserId: string
  departed: boolean
  createdAtMs: number
  customers: Partial<Record<CustomerState, number>>
  groups: Partial<Record<GroupRow['state'], number>>
}

export interface EndReason {
  reason: string
  count: number
  /** One of them. */
  example: string
}

export const handoverQueries = {
  /** A customer's handover under way; undefined: none. */
  openOf: async (
    tx: Tx,
    externalUserId: string,
  ): Promise<{ fromUserId: string; toUserId: string; takeoverAtMs: number | undefined } | undefined> => {
    const [row] = await customerRows(tx, 'open_customer = ?', [externalUserId])
    if (row === undefined) return undefined
    const takeoverAtMs = row.state === 'waiting' ? (row.takeover_at ?? undefined) : undefined
    return { fromUserId: row.from_userid, toUserId: row.to_userid, takeoverAtMs }
  },
  /** Members who left and whose customer this one is still, as WeCom listed it last. */
  leftBehindBy: async (tx: Tx, externalUserId: string): Promise<string[]> => {
    const rows = await tx.rows<{ userid: string }>(
      'SELECT userid FROM unassigned_customer WHERE external_userid = ? ORDER BY userid',
      [externalUserId],
    )
    return rows.map((row) => row.userid)
  },
  /** Newest first, at most 50; with `id` that one only. */
  summaries: async (tx: Tx, id?: number): Promise<HandoverSummary[]> => {
    const which = id === undefined ? '' : 'WHERE id = ?'
    const runs = await tx.rows<{ id: number; from_userid: string; departed: number; created_at: number }>(
      `SELECT id, from_userid, departed, created_at FROM handover ${which} ORDER BY id DESC LIMIT 50`,
      id === undefined ? [] : [id],
    )
    const summaries: HandoverSummary[] = []
    for (const run of runs) {
      summaries.push({
        id: run.id,
        fromUserId: run.from_userid,
        departed: run.departed === 1,
        createdAtMs: run.created_at,
        customers: await countsByState(tx, 'handover_customer', run.id),
        groups: await countsByState(tx, 'handover_group', run.id),
      })
    }
    return summaries
  },
  /** Per new guide and state. */
  perTaker: async (tx: Tx, id: number): Promise<{ toUserId: string; state: CustomerState; count: number }[]> => {
    const rows = await tx.rows<{ to_userid: string; state: CustomerState; total: number }>(
      `SELECT to_userid, state, COUNT(*) AS total FROM handover_customer WHERE handover_id = ?
       GROUP BY to_userid, state ORDER BY to_userid, state`,
      [id],
    )
    return rows.map((row) => ({ toUserId: row.to_userid, state: row.state, count: Number(row.total) }))
  },
  /** Why customers and groups did not move, the most frequent first. */
  failures: async (tx: Tx, id: number): Promise<EndReason[]> => {
    const rows = await tx.rows<{ reason: string; total: number; example: string }>(
      `SELECT reason, COUNT(*) AS total, MIN(external_userid) AS example FROM handover_customer
       WHERE handover_id = ? AND reason IS NOT NULL GROUP BY reason
       UNION ALL SELECT reason, COUNT(*) AS total, MIN(chat_id) AS example FROM handover_group
       WHERE handover_id = ? AND reason IS NOT NULL GROUP BY reason ORDER BY total DESC, reason`,
      [id, id],
    )
    return rows.map((row) => ({ reason: row.reason, count: Number(row.total), example: row.example }))
  },
  /** When the last waiting customer moves by itself; undefined: nobody waits. */
  doneBy: async (tx: Tx, id: number): Promise<number | undefined> => {
    const row = await tx.row<{ latest: number | null }>(
      `SELECT MAX(takeover_at) AS latest FROM handover_customer WHERE handover_id = ? AND state = 'waiting'`,
      [id],
    )
    return row?.latest ?? undefined
  },
  /** Members who left and still have customers waiting, as WeCom listed them last. */
  unassigned: async (tx: Tx): Promise<{ userId: string; count: number; leftAtMs: number | undefined }[]> => {
    const rows = await tx.rows<{ userid: string; total: number; left_at: number | null }>(
      `SELECT userid, COUNT(*) AS total, MAX(left_at) AS left_at FROM unassigned_customer GROUP BY userid
       ORDER BY total DESC, userid`,
    )
    return rows.map((row) => ({ userId: row.userid, count: Number(row.total), leftAtMs: row.left_at ?? undefined }))
  },
  customersOf: (tx: Tx, id: number): Promise<CustomerRow[]> => customerRows(tx, 'handover_id = ? ORDER BY id', [id]),
  groupsOf: (tx: Tx, id: number): Promise<GroupRow[]> => groupRows(tx, 'handover_id = ? ORDER BY id', [id]),
}

async function countsByState<State extends string>(
  tx: Tx,
  table: 'handover_customer' | 'handover_group',
  id: number,
): Promise<Partial<Record<State, number>>> {
  const rows = await tx.rows<{ state: State; total: number }>(
    `SELECT state, COUNT(*) AS total FROM ${table} WHERE handover_id = ? GROUP BY state`,
    [id],
  )
  const counts: Partial<Record<State, number>> = {}
  for (const row of rows) counts[row.state] = Number(row.total)
  return counts
}
