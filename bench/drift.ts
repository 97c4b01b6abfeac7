import type { Delivery } from '../sandbox/callbacks.ts'
import { buildTestApp } from '../server/testing/build-test-app.ts'
import { type Compared, compareWorlds, unheardOf } from './drift-compare.ts'
import { createLife } from './drift-life.ts'
import type { Report } from './report.ts'

export interface DriftOptions {
  events: number
  seed: number
  onProgress?: (events: number) => void
}
export interface Drift {
  events: number
  dropped: number
  /** Differences just before and just after the one reconciliation. */
  before: Compared[]
  after: Compared[]
  /** What it found, by kind. */
  findings: Record<string, number>
  gaps: number
  eventSec: number
  reconcileSec: number
}

const CONFIG = {
  'channels/包裹卡.yaml': 'channel: 包裹卡\nstate: parcel-card\nguides: [guide1, guide2]\n',
}
/** What is on its way at once; at its end everything overtaken has arrived. */
const CHUNK = 1_000
const MINUTE_MS = 60_000

/** Lives through so many events with 5 % of the callbacks lost, 20 % out of order and 10 % twice, reconciles once, and compares our
 *  tables with the sandbox's world. */
export async function runDrift({ events, seed, onProgress }: DriftOptions): Promise<Drift> {
  const t = await buildTestApp({
    config: CONFIG,
    sandbox: { seed, keepCalls: 4 * CHUNK },
    env: { WECOM_CALLBACK_WINDOW_SEC: '3600' },
  })
  try {
    Object.assign(t.sandbox.limits, { perMinute: Number.POSITIVE_INFINITY, perHour: Number.POSITIVE_INFINITY })
    const life = await createLife(t.sandbox, seed)
    await t.settle()
    t.sandbox.setDelivery({ drop: 0.05, duplicate: 0.1, shuffle: 0.2, stretch: 200, seed })
    const seen = new Set<Delivery>()
    const lostDeletions: { userId: string; externalUserId: string }[] = []
    let [raised, dropped] = [0, 0]
    const note = (): void => {
      for (const delivery of t.sandbox.callbackLog()) {
        if (seen.has(delivery)) continue
        seen.add(delivery)
        raised += 1
        if (!delivery.dropped) continue
        dropped += 1
        const fields = new Map(delivery.fields.map(([name, value]) => [name, String(value)]))
        if (fields.get('ChangeType') === 'del_follow_user')
          lostDeletions.push({
            userId: fields.get('UserID') ?? '',
            externalUserId: fields.get('ExternalUserID') ?? '',
          })
      }
    }
    note()
    raised = dropped = 0
    const began = performance.now()
    while (raised < events) {
      const deeds = Math.min(CHUNK, events - raised)
      for (let n = 0; n < deeds; n++) {
        await life.step()
        // Every deed a second of its own: within one second nobody can tell an end from a new beginning.
        t.clock.advance(1_000)
        // So that callbacks leave while life goes on.
        if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      await t.settle()
      note()
      seen.clear()
      for (const delivery of t.sandbox.callbackLog()) seen.add(delivery)
      onProgress?.(raised)
    }
    const eventSec = (performance.now() - began) / 1_000
    t.sandbox.setDelivery({})
    // Whoever was added a moment ago is left to the events.
    for (let minute = 0; minute < 15; minute++) await t.advance(MINUTE_MS)
    const unheard = unheardOf(t.sandbox.world, lostDeletions)
    const before = await compareWorlds(t.sandbox.world, t.db, unheard)
    const reconcileBegan = performance.now()
    const runId = await t.huoshui.sync.reconcile()
    for (let minute = 0; minute < 5; minute++) await t.advance(MINUTE_MS)
    const after = await compareWorlds(t.sandbox.world, t.db, unheard)
    const found = await t.rawRows<{ kind: string; n: number }>(
      'SELECT kind, SUM(amount) AS n FROM reconcile_finding WHERE run_id = ? GROUP BY kind ORDER BY kind',
      [runId ?? 0],
    )
    const [run] = await t.rawRows<{ gaps: number; state: string }>('SELECT gaps, state FROM sync_run WHERE id = ?', [
      runId ?? 0,
    ])
    if (run === undefined || run.state === 'running') throw new Error('the reconciliation did not end')
    return {
      events: raised,
      dropped,
      before,
      after,
      findings: Object.fromEntries(found.map((row) => [row.kind, Number(row.n)])),
      gaps: run.gaps,
      eventSec,
      reconcileSec: (performance.now() - reconcileBegan) / 1_000,
    }
  } finally {
    await t.close()
  }
}

const differences = (compared: Compared[]): number => compared.reduce((sum, one) => sum + one.different.length, 0)

/** Prints the table; false when anything differs that an API could have told. */
export async function benchDrift(options: DriftOptions, report: Report): Promise<boolean> {
  const drift = await runDrift(options)
  const table = drift.after.map((one, n) => {
    const before = drift.before[n]?.different.length ?? 0
    const left = `${one.different.length}${one.untellable.length > 0 ? ` (+ ${one.untellable.length} that no API tells)` : ''}`
    return `    ${one.thing.padEnd(40)} ${String(one.theirs).padStart(8)} ${String(one.ours).padStart(8)} ${String(before).padStart(8)}   ${left}`
  })
  const found = Object.entries(drift.findings).map(([kind, n]) => `${kind} ${n}`)
  const rate = (drift.events / drift.eventSec).toFixed(0)
  report.add('drift', {
    figure: `${differences(drift.after)} differences after ${drift.events} events, ${drift.dropped} of them lost`,
    aim: '0, apart from customers who deleted the guide and whose callback was lost',
    note: `${rate} events/s, reconciled in ${drift.reconcileSec.toFixed(0)} s; found: ${found.join(', ')}`,
    table: [
      `    ${''.padEnd(40)} ${'WeCom'.padStart(8)} ${'ours'.padStart(8)} ${'before'.padStart(8)}   different after`,
      ...table,
      ...drift.after.flatMap((one) => one.different.slice(0, 10).map((line) => `    ! ${one.thing}: ${line}`)),
    ],
  })
  return differences(drift.after) === 0
}
