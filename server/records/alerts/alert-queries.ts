import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'

export interface OpenAlert {
  key: string
  /** UTC milliseconds. */
  sinceMs: number
  /** What happened; Chinese. */
  text: string
  /** The one next step; Chinese. */
  todo: string
}

interface StoredAlert {
  alert_key: string
  since: number
  body: string
  todo: string
}

const OPEN = 'resolved_at IS NULL AND (lapse_at IS NULL OR lapse_at >= ?)'

export const createAlertQueries = (clock: Pick<Clock, 'now'>) => ({
  /** Oldest first. */
  open: async (tx: Tx): Promise<OpenAlert[]> => {
    const rows = await tx.rows<StoredAlert>(
      `SELECT alert_key, since, body, todo FROM alert WHERE ${OPEN} ORDER BY since, alert_key`,
      [clock.now()],
    )
    return rows.map((row) => ({ key: row.alert_key, sinceMs: row.since, text: row.body, todo: row.todo }))
  },
  /** Which of these are open. */
  openAmong: async (tx: Tx, keys: readonly string[]): Promise<Set<string>> => {
    if (keys.length === 0) return new Set()
    const rows = await tx.rows<{ alert_key: string }>(
      `SELECT alert_key FROM alert WHERE ${OPEN} AND alert_key IN (${keys.map(() => '?').join(', ')})`,
      [clock.now(), ...keys],
    )
    return new Set(rows.map((row) => row.alert_key))
  },
  /** How many are open, by kind: the key up to its colon. */
  countsByKind: async (tx: Tx): Promise<Map<string, number>> => {
    const rows = await tx.rows<{ alert_key: string }>(`SELECT alert_key FROM alert WHERE ${OPEN}`, [clock.now()])
    const counts = new Map<string, number>()
    for (const row of rows) {
      const kind = row.alert_key.split(':')[0] ?? row.alert_key
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    return counts
  },
})
export type AlertQueries = ReturnType<typeof createAlertQueries>
