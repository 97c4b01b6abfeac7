import { shanghaiIso } from '../../core/kernel/shanghai.ts'
import { type BacktestReport, changedIn, endsOf, stepsOf } from './backtest-text.ts'

/** The backtest for programs; customers by their whole id. */
export function backtestJson({ fromMs, toMs, events, cast, older, newer }: BacktestReport) {
  const versions = [older.sop, newer.sop]
  const [old, now] = [older, newer].map((played) => ({
    version: played.sop.version,
    inside: played.entries.length,
    steps: stepsOf(played, versions),
    ended: endsOf(played),
  }))
  return {
    sop: newer.sop.name,
    from: shanghaiIso(fromMs),
    to: shanghaiIso(toMs),
    events,
    customers: cast.total,
    drawn: cast.drawn?.size ?? null,
    old,
    new: now,
    changed: changedIn(older, newer),
  }
}
