import type { Db } from '../../../core/db/db.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { describeError } from '../../../core/kernel/app-error.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Logger } from '../../../core/kernel/logger.ts'
import { SECOND_MS } from '../../../core/kernel/shanghai.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import { createReadAhead } from '../../../records/facts/read-ahead.ts'
import type { RuleBook, Sop } from '../../../rules/book/rule-book.ts'
import type { Enter } from '../enter/enter.ts'
import { beginOccurrence } from './begin-occurrence.ts'
import { firstDueScan, keepSchedule } from './keep-schedule.ts'
import { type Scan, scansOf } from './scan.ts'
import { createScanPage } from './scan-page.ts'
import { occurrences, type ScheduleRow, schedule } from './scan-store.ts'

export interface RunScansDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  rules: { current(): Pick<RuleBook, 'sops'> }
  facts: Pick<CustomerFacts, 'audience'>
  /** Customers per transaction. */
  batch?: number
}

const BATCH = 200
/** Then the job ends and goes on at its next turn, so that a server can stop. */
const MOST_AT_ONCE_MS = 30 * SECOND_MS

/** Looks for the customers of every journey that begins at times or by an audience, and lets them in. When each is next
 *  due, and how far it has come, is a row, moved on in the transaction that lets a batch in: a restart goes on where it
 *  stopped, two processes take turns, and no occurrence happens twice, whatever the clock does. Missed occurrences are
 *  made up for in the order of their times, each judged as of its own instant. */
export function createRunScans(deps: RunScansDeps, enter: Pick<Enter, 'byScan'>) {
  const { db, clock, log, rules, batch = BATCH } = deps
  const scanPage = createScanPage({ facts: createReadAhead(deps.facts), enter, batch })
  const scansIn = onceForEach(scansOf)

  async function finish(tx: Tx, scan: Scan, row: ScheduleRow, atMs: number): Promise<void> {
    const now = clock.now()
    if (scan.edge === undefined) await occurrences.end(tx, row, 'done', now)
    else if (row.found > 0 || row.baseline === 1) {
      const { found, entered } = row
      await occurrences.open(tx, [
        { key: scan.key, atMs, state: 'done', found, entered, startedAtMs: atMs, finishedAtMs: now },
      ])
    }
    await schedule.save(tx, { ...row, running_at: null, after_id: null, baseline: 0 })
  }

  /** One batch. */
  async function step(tx: Tx, scan: Scan): Promise<void> {
    const stored = await schedule.take(tx, scan.key)
    if (stored === undefined || stored.timing !== scan.timing) return
    const isUnderWay = stored.running_at !== null
    const row = isUnderWay ? stored : await beginOccurrence(tx, scan, stored, { nowMs: clock.now(), log })
    if (row === undefined || row.running_at === null) return
    const after = await scanPage(tx, scan, row, row.running_at)
    if (after.after_id === null) await finish(tx, scan, after, row.running_at)
    else await schedule.save(tx, after)
  }

  return async (): Promise<void> => {
    const scans = new Map([...rules.current().sops.values()].flatMap(scansIn).map((scan) => [scan.key, scan]))
    await db.tx((tx) => keepSchedule(tx, scans, clock.now()))
    const broken = new Set<string>()
    const untilMs = clock.now() + MOST_AT_ONCE_MS
    while (clock.now() <= untilMs) {
      const scan = await db.statement((tx) => firstDueScan(tx, scans, { broken, nowMs: clock.now() }))
      if (scan === undefined) return
      try {
        // Its own short transaction, so that welcomes pass between two of them.
        await db.tx((tx) => step(tx, scan))
      } catch (error) {
        broken.add(scan.key)
        log.warn({ sop: scan.sop.name, err: describeError(error) }, 'customers not looked for; will be tried again')
      }
    }
  }
}

/** A rule book is looked at every few seconds; its scans are compiled once. */
function onceForEach(compile: (sop: Sop) => Scan[]): (sop: Sop) => Scan[] {
  const compiled = new WeakMap<Sop, Scan[]>()
  return (sop) => {
    const scans = compiled.get(sop) ?? compile(sop)
    compiled.set(sop, scans)
    return scans
  }
}
