import { list, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { ALERT } from './alert-tables.ts'

export interface OpenAlert {
  key: string
  /** UTC milliseconds. */
  sinceMs: number
  /** What happened; Chinese. */
  text: string
  /** The one next step; Chinese. */
  todo: string
}

const a = ALERT

export const createAlertQueries = (clock: Pick<Clock, 'now'>) => {
  const isOpen = () => sql`${a.resolved_at} IS NULL AND (${a.lapse_at} IS NULL OR ${a.lapse_at} >= ${clock.now()})`

  return {
    /** Oldest first. */
    open: (tx: Tx): Promise<OpenAlert[]> =>
      tx.rows(
        sql`SELECT ${select({ key: a.alert_key, sinceMs: a.since, text: a.body, todo: a.todo })} FROM ${a}
            WHERE ${isOpen()} ORDER BY ${a.since}, ${a.alert_key}`,
      ),
    /** Which of these are open. */
    openAmong: async (tx: Tx, keys: readonly string[]): Promise<Set<string>> => {
      if (keys.length === 0) return new Set()
      const rows = await tx.rows(
        sql`SELECT ${pick(a, 'alert_key')} FROM ${a} WHERE ${isOpen()} AND ${a.alert_key} IN ${list(keys)}`,
      )
      return new Set(rows.map((row) => row.alert_key))
    },
    /** How many are open, by kind: the key up to its colon. */
    countsByKind: async (tx: Tx): Promise<Map<string, number>> => {
      const rows = await tx.rows(sql`SELECT ${pick(a, 'alert_key')} FROM ${a} WHERE ${isOpen()}`)
      const counts = new Map<string, number>()
      for (const row of rows) {
        const kind = row.alert_key.split(':')[0] ?? row.alert_key
        counts.set(kind, (counts.get(kind) ?? 0) + 1)
      }
      return counts
    },
  }
}
export type AlertQueries = ReturnType<typeof createAlertQueries>
