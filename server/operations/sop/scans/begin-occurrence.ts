import type { Tx } from '../../../core/db/tx.ts'
import type { Logger } from '../../../core/kernel/logger.ts'
import { DAY_MS } from '../../../core/kernel/shanghai.ts'
import type { Scan } from './scan.ts'
import { occurrences, type ScheduleRow, schedule } from './scan-store.ts'

/** An occurrence that is later than this when we come to it is only recorded as skipped. */
const CATCH_UP_MS = DAY_MS
const SKIPPED_AT_ONCE = 500

const FROM_THE_BEGINNING = { after_id: null, found: 0, entered: 0 }

/** Begins the occurrence that is due, in the caller's transaction; undefined when there is none to work on yet. Each time of
 *  a scan happens at most once, for ever; one look at an audience sees everything that happened since the last. */
export async function beginOccurrence(
  tx: Tx,
  scan: Scan,
  row: ScheduleRow,
  { nowMs, log }: { nowMs: number; log: Pick<Logger, 'warn'> },
): Promise<ScheduleRow | undefined> {
  const dueMs = row.next_at
  if (dueMs === null || dueMs > nowMs) return undefined
  if (scan.edge !== undefined) {
    return { ...row, ...FROM_THE_BEGINNING, next_at: scan.times.nextAfter(nowMs) ?? null, running_at: nowMs }
  }
  if (nowMs - dueMs > CATCH_UP_MS) {
    const skipped = await skip(tx, scan, row, { firstMs: dueMs, nowMs })
    log.warn({ sop: scan.sop.name, times: skipped }, 'missed by more than a day and skipped')
    return undefined
  }
  const next = { ...row, next_at: scan.times.nextAfter(dueMs) ?? null }
  const occurrence = { key: scan.key, atMs: dueMs, found: 0, entered: 0, startedAtMs: nowMs }
  const isNew = (await occurrences.open(tx, [{ ...occurrence, state: 'running', finishedAtMs: undefined }])) > 0
  if (isNew) return { ...next, ...FROM_THE_BEGINNING, running_at: dueMs }
  // It happened before: the rule was away, or the clock went back.
  await schedule.save(tx, next)
  return undefined
}

/** Gives how many times were skipped. */
async function skip(
  tx: Tx,
  scan: Scan,
  row: ScheduleRow,
  { firstMs, nowMs }: { firstMs: number; nowMs: number },
): Promise<number> {
  const times: number[] = []
  let at: number | undefined = firstMs
  while (at !== undefined && nowMs - at > CATCH_UP_MS && times.length < SKIPPED_AT_ONCE) {
    times.push(at)
    at = scan.times.nextAfter(at)
  }
  const nothing = { key: scan.key, found: 0, entered: 0, startedAtMs: nowMs, finishedAtMs: nowMs }
  await occurrences.open(
    tx,
    times.map((atMs) => ({ ...nothing, state: 'skipped', atMs })),
  )
  await schedule.save(tx, { ...row, next_at: at ?? null })
  return times.length
}
