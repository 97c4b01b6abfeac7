import type { Tx } from '../../../core/db/tx.ts'
import { priorityOf } from '../../../rules/book/priority.ts'
import type { Scan } from './scan.ts'
import { occurrences, schedule } from './scan-store.ts'
import { LOOK_EVERY_MS } from './scan-times.ts'

/** Rows as the rule book has them: a new scan begins with its next time, a changed one as if it were new. Safe to repeat. */
export async function keepSchedule(tx: Tx, scans: ReadonlyMap<string, Scan>, nowMs: number): Promise<void> {
  const rows = new Map((await schedule.all(tx)).map((row) => [row.scan_key, row]))
  for (const row of rows.values()) {
    if (scans.has(row.scan_key)) continue
    await occurrences.end(tx, row, 'stopped', nowMs)
    await schedule.forget(tx, row)
  }
  for (const scan of scans.values()) {
    const row = rows.get(scan.key)
    const next = scan.times.nextAfter(nowMs)
    const isLookNow = scan.edge !== undefined && next !== undefined && next - nowMs <= LOOK_EVERY_MS
    if (row?.timing !== scan.timing) {
      if (row !== undefined) await occurrences.end(tx, row, 'stopped', nowMs)
      await schedule.begin(tx, scan, isLookNow ? nowMs : next)
    } else if (scan.edge !== undefined && next !== undefined && (row.next_at ?? 0) > next) {
      // The clock has gone back; a look more does no harm.
      await schedule.save(tx, { ...row, next_at: next })
    }
  }
}

/** What is due first; of the same instant, the journey of the highest priority. Those of `broken` are left out. */
export async function firstDueScan(
  tx: Tx,
  scans: ReadonlyMap<string, Scan>,
  { broken, nowMs }: { broken: ReadonlySet<string>; nowMs: number },
): Promise<Scan | undefined> {
  const due = (await schedule.all(tx)).flatMap((row) => {
    const scan = scans.get(row.scan_key)
    const atMs = row.running_at ?? row.next_at
    if (scan === undefined || broken.has(scan.key) || scan.timing !== row.timing || atMs === null) return []
    return row.running_at === null && atMs > nowMs ? [] : [{ scan, atMs }]
  })
  due.sort(
    (a, b) => a.atMs - b.atMs || priorityOf(b.scan.sop) - priorityOf(a.scan.sop) || (a.scan.key < b.scan.key ? -1 : 1),
  )
  return due[0]?.scan
}
