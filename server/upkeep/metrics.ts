import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '../core/db/db.ts'
import { count, select, sql, words } from '../core/db/sql.ts'
import type { Tx } from '../core/db/tx.ts'
import { ACTION } from '../engine/actions/action-tables.ts'
import { INBOUND_EVENT } from '../engine/inbox/event-tables.ts'
import { missedChanges } from './sync/missed-changes.ts'
import { syncRuns } from './sync/sync-run.ts'

/** The numbers an engineer watches; labels are closed sets, never ids. */
export function createMetrics(
  db: Db,
  {
    openAlerts,
    unstored,
    looksLost,
    eta,
  }: {
    /** By kind. */
    openAlerts(tx: Tx): Promise<Map<string, number>>
    /** Kinds of alerts that no table can tell of now. */
    unstored(): string[]
    /** Looks at customers that the audit could not keep, since the process began. */
    looksLost(): number
    eta(tx: Tx): Promise<{ kind: string; lane: string; doneInMs: number }[]>
  },
) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const heldBack = new Counter({
    name: 'huoshui_requests_held_back_total',
    help: 'requests beyond what one address, guide or shop may ask a second; one address for everybody: set PROXY_HOPS',
    labelNames: ['who'],
    registers,
  })
  const events = new Counter({
    name: 'huoshui_events_total',
    help: 'events dispatched',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const actions = new Counter({
    name: 'huoshui_actions_total',
    help: 'actions ended',
    labelNames: ['kind', 'state'],
    registers,
  })
  const waited = new Histogram({
    name: 'huoshui_action_seconds',
    help: 'from enqueue to end',
    labelNames: ['kind'],
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 600],
    registers,
  })
  const calls = new Histogram({
    name: 'huoshui_wecom_call_seconds',
    help: 'calls to WeCom',
    labelNames: ['path', 'errcode'],
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers,
  })
  const clockAhead = new Gauge({
    name: 'huoshui_clock_ahead_seconds',
    help: "our clock ahead of WeCom's, behind is negative, as far as that is certain; 5 s are an alert",
    registers,
  })
  new Gauge({
    name: 'huoshui_backlog',
    help: 'rows waiting; dead ones need a person',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      this.reset()
      const rows = await db
        .tx((tx) =>
          tx.rows(
            sql`SELECT ${select({ queue: words(sql`'event'`), state: words(sql`${INBOUND_EVENT.state}`), n: count() })}
                FROM ${INBOUND_EVENT} WHERE ${INBOUND_EVENT.state} IN ('new', 'dead') GROUP BY ${INBOUND_EVENT.state}
                UNION ALL
                SELECT ${select({ queue: words(sql`'action'`), state: words(sql`${ACTION.state}`), n: count() })}
                FROM ${ACTION} WHERE ${ACTION.state} IN ('waiting', 'running', 'dead') GROUP BY ${ACTION.state}`,
          ),
        )
        .catch(() => [])
      for (const row of rows) this.set({ queue: row.queue, state: row.state }, row.n)
    },
  })
  new Gauge({
    name: 'huoshui_alerts_open',
    help: 'troubles that need a person; npm run -s alerts tells what to do',
    labelNames: ['alert'],
    registers,
    async collect() {
      this.reset()
      const counts = await db.tx(openAlerts).catch(() => new Map<string, number>())
      for (const [alert, count] of counts) this.set({ alert }, count)
      for (const alert of unstored()) this.set({ alert }, 1)
    },
  })
  new Gauge({
    name: 'huoshui_reconcile_found',
    help: 'changes that callbacks had missed, found by the last reconciliation; npm run -s reconcile -- report',
    labelNames: ['kind'],
    registers,
    async collect() {
      this.reset()
      const sums = await db
        .tx(async (tx) => {
          const run = await syncRuns.newestEnded(tx, 'reconcile')
          return run === undefined ? [] : missedChanges.sumsOf(tx, run.id)
        })
        .catch(() => [])
      for (const { kind, amount } of sums) this.set({ kind }, amount)
    },
  })
  new Gauge({
    name: 'huoshui_reconciled_seconds',
    help: 'unix time at which the last reconciliation ended; 0 before the first',
    registers,
    async collect() {
      const run = await db.tx((tx) => syncRuns.newestEnded(tx, 'reconcile')).catch(() => undefined)
      this.set(Math.floor((run?.finishedAtMs ?? 0) / 1_000))
    },
  })
  new Gauge({
    name: 'huoshui_eta_seconds',
    help: 'until the waiting actions of a kind are done, as limits and observed times allow; npm run -s actions -- eta',
    labelNames: ['kind', 'lane'],
    registers,
    async collect() {
      this.reset()
      const estimates = await db.tx(eta).catch(() => [])
      for (const { kind, lane, doneInMs } of estimates) this.set({ kind, lane }, doneInMs / 1000)
    },
  })
  gaugeLost(registers, looksLost)
  return {
    text: () => registry.metrics(),
    callbacks: countCallbacks(registers),
    onClock: (aheadMs: number) => clockAhead.set(aheadMs / 1000),
    onHeldBack: (who: string) => heldBack.inc({ who }),
    onHandled: (kind: string, outcome: string) => events.inc({ kind, outcome }),
    onEnded: (kind: string, state: string, waitedMs: number) => {
      actions.inc({ kind, state })
      waited.observe({ kind }, waitedMs / 1000)
    },
    /** `errcode`: absent when WeCom could not be reached. */
    onCall: (call: { path: string; errcode: number | undefined; ms: number }) =>
      calls.observe({ path: call.path, errcode: String(call.errcode ?? 'unreachable') }, call.ms / 1000),
  }
}

const gaugeLost = (registers: Registry[], looksLost: () => number) =>
  new Gauge({
    name: 'huoshui_audit_looks_lost',
    help: 'looks at customers of which the audit has only the number, since the start: the database was away for too long',
    registers,
    collect() {
      this.set(looksLost())
    },
  })

function countCallbacks(registers: Registry[]) {
  const accepted = new Counter({
    name: 'huoshui_callbacks_accepted_total',
    help: 'callbacks stored and acknowledged',
    registers,
  })
  const refused = new Counter({
    name: 'huoshui_callbacks_refused_total',
    help: 'callbacks refused',
    labelNames: ['code'],
    registers,
  })
  return { onAccepted: () => accepted.inc(), onRefused: (code: string) => refused.inc({ code }) }
}
