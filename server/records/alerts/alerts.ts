import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type AlertQueries, createAlertQueries } from './alert-queries.ts'
import { ALERT } from './alert-tables.ts'

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
  /** Members whom it concerns besides those who look after the server: userids. */
  alsoTo?: readonly string[]
  /** While it is open, other words are other news: they are told again. Default: an opening is told once. */
  isNewsWhenChanged?: boolean
}

export interface ToldAlert {
  key: string
  text: string
  todo: string
  /** UTC milliseconds. */
  sinceMs: number
  lapseAtMs: number | undefined
  alsoTo: readonly string[]
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

const a = ALERT

/** `onTold`: people are to hear of it, since it has begun or is another now; in the transaction that writes it down. */
export function createAlerts(deps: { clock: Clock; onTold?: (tx: Tx, alert: ToldAlert) => Promise<void> }): Alerts {
  const { clock, onTold = () => Promise.resolve() } = deps

  return {
    raise: async (tx, alert) => {
      const atMs = alert.atMs ?? clock.now()
      const words = { body: alert.text, todo: alert.todo, lapse_at: alert.lapseAtMs ?? null }
      const tellOf = (sinceMs: number): Promise<void> => {
        const { key, text, todo, lapseAtMs, alsoTo = [] } = alert
        return onTold(tx, { key, text, todo, sinceMs, lapseAtMs, alsoTo })
      }
      const opened = async (): Promise<true> => {
        await tellOf(atMs)
        return true
      }
      const inserted = await tx.insertIgnore(a, [{ alert_key: alert.key, since: atMs, ...words }])
      if (inserted > 0) return opened()
      // It is over, and this happened later: it begins anew.
      const again = await tx.run(
        sql`UPDATE ${a} SET ${set(a, { since: atMs, ...words, resolved_at: null })} WHERE ${a.alert_key} = ${alert.key}
              AND (${a.resolved_at} < ${atMs} OR (${a.resolved_at} IS NULL AND ${a.lapse_at} < ${atMs}))`,
      )
      if (again > 0) return opened()
      const isOpen = sql`${a.alert_key} = ${alert.key} AND ${a.resolved_at} IS NULL AND ${a.since} <= ${atMs}`
      if (alert.isNewsWhenChanged === true) {
        const changed = await tx.run(
          sql`UPDATE ${a} SET ${set(a, words)} WHERE ${isOpen} AND ${a.body} <> ${alert.text}`,
        )
        if (changed > 0) await tellOf(atMs)
      } else await tx.run(sql`UPDATE ${a} SET ${set(a, words)} WHERE ${isOpen}`)
      return false
    },
    resolve: async (tx, key, atMs = clock.now()) => {
      const ended = await tx.run(
        sql`UPDATE ${a} SET ${set(a, { resolved_at: atMs })}
            WHERE ${a.alert_key} = ${key} AND ${a.resolved_at} IS NULL AND ${a.since} <= ${atMs}`,
      )
      if (ended > 0) return true
      await tx.insertIgnore(a, [{ alert_key: key, since: atMs, body: '', todo: '', resolved_at: atMs }])
      await tx.run(
        sql`UPDATE ${a} SET ${set(a, { resolved_at: atMs })} WHERE ${a.alert_key} = ${key} AND ${a.resolved_at} < ${atMs}`,
      )
      return false
    },
    queries: createAlertQueries(clock),
  }
}
