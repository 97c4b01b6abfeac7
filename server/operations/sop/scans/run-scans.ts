import type { Db } from '../../../core/db/db.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { describeError } from '../../../core/kernel/app-error.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import type { Logger } from '../../../core/kernel/logger.ts'
import { DAY_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import { createReadAhead } from '../../../records/facts/read-ahead.ts'
import { priorityOf } from '../../../rules/book/priority.ts'
import type { RuleBook, Sop } from '../../../rules/book/rule-book.ts'
import type { Enter } from '../enter/enter.ts'
import { type Scan, scansOf } from './scan.ts'
import { members, occurrences, type ScheduleRow, schedule } from './scan-store.ts'
import { LOOK_EVERY_MS } from './scan-times.ts'

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
/** An occurrence that is later than this when we come to it is only recorded as skipped. */
export const CATCH_UP_MS = DAY_MS
const SKIPPED_AT_ONCE = 500
/** Then the job ends and goes on at its next turn, so that a server can stop. */
const MOST_AT_ONCE_MS = 30 * SECOND_MS

/** Looks for the customers of every journey that begins at times or by an audience, and lets them in. When each is next
 *  due, and how far it has come, is a row, moved on in the transaction that lets a batch in: a restart goes on where it
 *  stopped, two processes take turns, and no occurrence happens twice, whatever the clock does. Missed occurrences are
 *  made up for in the order of their times, each judged as of its own instant. */
export function createRunScans(deps: RunScansDeps, enter: Pick<Enter, 'byScan'>) {
  const { db, clock, log, rules, batch = BATCH } = deps
  const facts = createReadAhead(deps.facts)
  const compiled = new WeakMap<Sop, Scan[]>()

  const scansIn = (sop: Sop): Scan[] => {
    const known = compiled.get(sop) ?? scansOf(sop)
    compiled.set(sop, known)
    return known
  }

  /** Rows as the rule book has them: a new scan begins with its next time, a changed one as if it were new. */
  async function keepSchedule(tx: Tx, scans: ReadonlyMap<string, Scan>): Promise<void> {
    const now = clock.now()
    const rows = new Map((await schedule.all(tx)).map((row) => [row.scan_key, row]))
    for (const row of rows.values()) {
      if (scans.has(row.scan_key)) continue
      await occurrences.end(tx, row, 'stopped', now)
      await schedule.forget(tx, row)
    }
    for (const scan of scans.values()) {
      const row = rows.get(scan.key)
      const next = scan.times.nextAfter(now)
      const isLookNow = scan.edge !== undefined && next !== undefined && next - now <= LOOK_EVERY_MS
      if (row?.timing !== scan.timing) {
        if (row !== undefined) await occurrences.end(tx, row, 'stopped', now)
        await schedule.begin(tx, scan, isLookNow ? now : next)
      } else if (scan.edge !== undefined && next !== undefined && (row.next_at ?? 0) > next) {
        // The clock has gone back; a look more does no harm.
        await schedule.save(tx, { ...row, next_at: next })
      }
    }
  }

  /** What is due first; of the same instant, the journey of the highest priority. */
  async function firstDue(tx: Tx, scans: ReadonlyMap<string, Scan>, broken: ReadonlySet<string>) {
    const now = clock.now()
    const due = (await schedule.all(tx)).flatMap((row) => {
      const scan = scans.get(row.scan_key)
      const atMs = row.running_at ?? row.next_at
      if (scan === undefined || broken.has(scan.key) || scan.timing !== row.timing || atMs === null) return []
      return row.running_at === null && atMs > now ? [] : [{ scan, atMs }]
    })
    due.sort(
      (a, b) =>
        a.atMs - b.atMs || priorityOf(b.scan.sop) - priorityOf(a.scan.sop) || (a.scan.key < b.scan.key ? -1 : 1),
    )
    return due[0]?.scan
  }

  /** Begins the occurrence that is due; undefined when there is none to work on yet. */
  async function begun(tx: Tx, scan: Scan, row: ScheduleRow): Promise<ScheduleRow | undefined> {
    const now = clock.now()
    if (row.next_at === null || row.next_at > now) return undefined
    if (scan.edge !== undefined) {
      // One look sees everything that happened since the last.
      return {
        ...row,
        next_at: scan.times.nextAfter(now) ?? null,
        running_at: now,
        after_id: null,
        found: 0,
        entered: 0,
      }
    }
    if (now - row.next_at > CATCH_UP_MS) {
      await skip(tx, scan, row, row.next_at)
      return undefined
    }
    const next = { ...row, next_at: scan.times.nextAfter(row.next_at) ?? null }
    const occurrence = { key: scan.key, atMs: row.next_at, found: 0, entered: 0, startedAtMs: now }
    const isNew = (await occurrences.open(tx, [{ ...occurrence, state: 'running', finishedAtMs: undefined }])) > 0
    if (isNew) return { ...next, running_at: row.next_at, after_id: null, found: 0, entered: 0 }
    // It happened before: the rule was away, or the clock went back.
    await schedule.save(tx, next)
    return undefined
  }

  async function skip(tx: Tx, scan: Scan, row: ScheduleRow, firstMs: number): Promise<void> {
    const now = clock.now()
    const times: number[] = []
    let at: number | undefined = firstMs
    for (
      ;
      at !== undefined && now - at > CATCH_UP_MS && times.length < SKIPPED_AT_ONCE;
      at = scan.times.nextAfter(at)
    ) {
      times.push(at)
    }
    const nothing = {
      key: scan.key,
      state: 'skipped',
      found: 0,
      entered: 0,
      startedAtMs: now,
      finishedAtMs: now,
    } as const
    await occurrences.open(
      tx,
      times.map((atMs) => ({ ...nothing, atMs })),
    )
    await schedule.save(tx, { ...row, next_at: at ?? null })
    log.warn({ sop: scan.sop.name, times: times.length }, 'missed by more than a day and skipped')
  }

  const letIn = (tx: Tx, scan: Scan, atMs: number, ids: string[]): Promise<number> => {
    if (ids.length === 0) return Promise.resolve(0)
    const { sop, versions } = scan
    return enter.byScan(tx, sop, ids, { atMs, why: scan.why(atMs), versions })
  }

  /** The next customers who meet the condition. */
  async function listPage(tx: Tx, scan: Scan, row: ScheduleRow, atMs: number): Promise<ScheduleRow> {
    const ids = await facts.audience(tx, scan.audience, atMs, { limit: batch, after: row.after_id ?? '' })
    const entered = await letIn(tx, scan, atMs, ids)
    const found = row.found + ids.length
    const isLast = ids.length < batch
    return { ...row, found, entered: row.entered + entered, after_id: isLast ? null : (ids.at(-1) ?? null) }
  }

  /** The next stretch of the audience beside the next stretch of those who were in it: who came, who went. */
  async function lookPage(tx: Tx, scan: Scan, row: ScheduleRow, atMs: number): Promise<ScheduleRow> {
    const page = { limit: batch, after: row.after_id ?? '' }
    const inside = await facts.audience(tx, scan.audience, atMs, page)
    const before = await members.page(tx, scan.key, page)
    const ends = [inside, before].flatMap((list) => (list.length < batch ? [] : [list.at(-1) ?? '']))
    const end = ends.sort()[0]
    const isInReach = (id: string): boolean => end === undefined || id <= end
    const wasIn = new Set(before)
    const isIn = new Set(inside)
    const came = inside.filter((id) => isInReach(id) && !wasIn.has(id))
    const went = before.filter((id) => isInReach(id) && !isIn.has(id))
    await members.add(tx, scan.key, came)
    await members.drop(tx, scan.key, went)
    const moved = scan.edge === 'enters' ? came : went
    const counts = row.baseline === 0 || (scan.edge === 'enters' && scan.includeCurrent)
    const entered = counts ? await letIn(tx, scan, atMs, moved) : 0
    const found = row.found + moved.length
    return { ...row, found, entered: row.entered + entered, after_id: end ?? null }
  }

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
    const row = stored.running_at === null ? await begun(tx, scan, stored) : stored
    if (row === undefined || row.running_at === null) return
    const atMs = row.running_at
    const after = await (scan.edge === undefined ? listPage : lookPage)(tx, scan, row, atMs)
    if (after.after_id === null) await finish(tx, scan, after, atMs)
    else await schedule.save(tx, after)
  }

  return async (): Promise<void> => {
    const book = rules.current()
    const scans = new Map([...book.sops.values()].flatMap(scansIn).map((scan) => [scan.key, scan]))
    await db.tx((tx) => keepSchedule(tx, scans))
    const broken = new Set<string>()
    const untilMs = clock.now() + MOST_AT_ONCE_MS
    while (clock.now() <= untilMs) {
      const scan = await db.tx((tx) => firstDue(tx, scans, broken))
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
