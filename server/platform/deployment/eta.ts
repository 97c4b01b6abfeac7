import { count, number, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { LANES, type Lane, wecomLaneOf } from '../../engine/actions/action-kind.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { type EndpointPace, type Estimate, estimate } from '../../engine/actions/estimate.ts'
import { readPaces } from '../../engine/actions/pace-book.ts'
import { limitsOf } from '../wecom/limits/documented-limits.ts'
import { createEndpointAllowance } from '../wecom/limits/endpoint-allowance.ts'
import { noUse, roomFor } from '../wecom/limits/lane-shares.ts'
import { readLimits } from './limit-store.ts'
import { countLive } from './live-processes.ts'

/** When the actions that wait will be done, per kind and lane, longest first. For the command line, the metrics and
 *  whoever shows progress; changes nothing. Times are UTC milliseconds. */
export async function readEta(tx: Tx, nowMs: number): Promise<Estimate[]> {
  const { kind, lane, due_at } = ACTION
  const rows = await tx.rows(
    sql`SELECT ${select({ kind, lane, count: count(), lastDueMs: number(sql`MAX(${due_at})`) })} FROM ${ACTION}
        WHERE ${ACTION.state} IN ('waiting', 'running') GROUP BY ${kind}, ${lane}`,
  )
  if (rows.length === 0) return []
  const paces = await readPaces(tx)
  const endpoints = new Map<string, (lane: Lane) => EndpointPace>()
  for (const path of new Set(paces.flatMap(({ calls }) => calls.map((call) => call.path))))
    endpoints.set(path, await endpointPace(tx, path, nowMs))
  const waiting = rows.map((row) => ({ ...row, lane: LANES[row.lane] ?? 'backfill' }))
  return estimate({
    waiting,
    paces,
    endpointOf: (path, lane) => endpoints.get(path)?.(lane) ?? { path, windows: [], closedUntilMs: 0 },
    processes: Math.max(1, await countLive(tx)),
    nowMs,
  }).sort((a, b) => b.doneAtMs - a.doneAtMs)
}

/** The documented limits, or what WeCom has taught us, as far as one lane may use them. */
async function endpointPace(tx: Tx, path: string, nowMs: number): Promise<(lane: Lane) => EndpointPace> {
  const allowance = createEndpointAllowance(limitsOf(path, {}))
  const windows = allowance.windowsNow(nowMs)
  const { answer, used } = await readLimits(tx, { path, windows }, nowMs)
  allowance.hear(answer)
  return (lane) => ({
    path,
    closedUntilMs: allowance.closedUntilMs(),
    windows: allowance.windowsNow(nowMs).map(({ lengthMs, limit }) => ({
      lengthMs,
      limit: Math.max(1, roomFor(wecomLaneOf(lane), noUse(), limit)),
      used: used.get(lengthMs)?.[wecomLaneOf(lane)] ?? 0,
    })),
  })
}
