import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type AlertQueries, createAlertQueries } from './alert-queries.ts'

interface AlertToRaise {
  /** Which trouble, ≤190 characters: `<kind>` or `<kind>:<of what>`. The kind is a label in /metrics, so of a closed set. */
  key: string
  /** What happened, to what; Chinese. */
  text: string
  /** The one next step; Chinese. */
  todo: string
  /** When it happened, UTC milliseconds; default now. */
  atMs?: number
  /** After this it is no trouble any more, UTC milliseconds; default: until resolved. */
  lapseAtMs?: number
}

export interface OpenedAlert {
  key: string
  text: string
  todo: string
  /** UTC milliseconds. */
  sinceMs: number
  lapseAtMs: number | undefined
}

/** What needs a person's hand (an engineer's, or of ops), one line per trouble: `npm run -s alerts` and /metrics show them. */
export interface Alerts {
  /** True when the trouble is new. One that is open gets the newer words and keeps its beginning; one older than its own
   *  end, as events out of order tell, stays ended. Safe to repeat. */
  raise(tx: Tx, alert: AlertToRaise): Promise<boolean>
  /** The trouble is over; also told before the trouble itself. True when it was open. Safe to repeat. */
  resolve(tx: Tx, key: string, atMs?: number): Promise<boolean>
  queries: AlertQueries
}

/** `onOpened`: a trouble has begun; in the transaction that writes it down. */
export function createAlerts(deps: { clock: Clock; onOpened?: (tx: Tx, alert: OpenedAlert) => Promise<void> }): Alerts {
  const { clock, onOpened = () => Promise.resolve() } = deps

  return {
    raise: async (tx, alert) => {
      const atMs = alert.atMs ?? clock.now()
      const lapseAtMs = alert.lapseAtMs ?? null
      const opened = async (): Promise<true> => {
        const { key, text, todo } = alert
        await onOpened(tx, { key, text, todo, sinceMs: atMs, lapseAtMs: alert.lapseAtMs })
        return true
      }
      const inserted = await tx.insertIgnore('alert', [
        { alert_key: alert.key, since: atMs, body: alert.text, todo: alert.todo, lapse_at: lapseAtMs },
      ])
      if (inserted > 0) return opened()
      // It is over, and this happened later: it begins anew.
      const again = await tx.run(
        `UPDATE alert SET since = ?, body = ?, todo = ?, lapse_at = ?, resolved_at = NULL
         WHERE alert_key = ? AND (resolved_at < ? OR (resolved_at IS NULL AND lapse_at < ?))`,
        [atMs, alert.text, alert.todo, lapseAtMs, alert.key, atMs, atMs],
      )
      if (again > 0) return opened()
      await tx.run(
        'UPDATE alert SET body = ?, todo = ?, lapse_at = ? WHERE alert_key = ? AND resolved_at IS NULL AND since <= ?',
        [alert.text, alert.todo, lapseAtMs, alert.key, atMs],
      )
      return false
    },
    resolve: async (tx, key, atMs = clock.now()) => {
      const ended = await tx.run(
        'UPDATE alert SET resolved_at = ? WHERE alert_key = ? AND resolved_at IS NULL AND since <= ?',
        [atMs, key, atMs],
      )
      if (ended > 0) return true
      await tx.insertIgnore('alert', [{ alert_key: key, since: atMs, body: '', todo: '', resolved_at: atMs }])
      await tx.run('UPDATE alert SET resolved_at = ? WHERE alert_key = ? AND resolved_at < ?', [atMs, key, atMs])
      return false
    },
    queries: createAlertQueries(clock),
  }
}
