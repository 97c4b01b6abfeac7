import type { Tx } from '../../../core/db/tx.ts'
import type { CustomerFacts } from '../../../records/facts/facts.ts'
import type { Enter } from '../enter/enter.ts'
import type { Scan } from './scan.ts'
import { members, type ScheduleRow } from './scan-store.ts'

export interface ScanPageDeps {
  facts: Pick<CustomerFacts, 'audience'>
  enter: Pick<Enter, 'byScan'>
  /** Customers per page. */
  batch: number
}

/** Looks at the next page of customers and lets in whom the scan is for; gives the row as it then is, with `after_id: null`
 *  after the last page. */
export function createScanPage({ facts, enter, batch }: ScanPageDeps) {
  const letIn = (tx: Tx, { sop, versions, why }: Scan, atMs: number, ids: string[]): Promise<number> =>
    ids.length === 0 ? Promise.resolve(0) : enter.byScan(tx, sop, ids, { atMs, why: why(atMs), versions })

  /** The next customers who meet the condition. */
  async function listPage(tx: Tx, scan: Scan, row: ScheduleRow, atMs: number): Promise<ScheduleRow> {
    const ids = await facts.audience(tx, scan.audience, atMs, { limit: batch, after: row.after_id ?? '' })
    const entered = await letIn(tx, scan, atMs, ids)
    const isLast = ids.length < batch
    return {
      ...row,
      found: row.found + ids.length,
      entered: row.entered + entered,
      after_id: isLast ? null : (ids.at(-1) ?? null),
    }
  }

  /** The next stretch of the audience beside the next stretch of those who were in it: who came, who went. */
  async function lookPage(tx: Tx, scan: Scan, row: ScheduleRow, atMs: number): Promise<ScheduleRow> {
    const page = { limit: batch, after: row.after_id ?? '' }
    const inside = await facts.audience(tx, scan.audience, atMs, page)
    const before = await members.page(tx, scan.key, page)
    const ends = [inside, before].flatMap((list) => (list.length < batch ? [] : [list.at(-1) ?? '']))
    // As far as both are known.
    const end = ends.sort()[0]
    const isInReach = (id: string): boolean => end === undefined || id <= end
    const came = without(inside, before).filter(isInReach)
    const went = without(before, inside).filter(isInReach)
    await members.add(tx, scan.key, came)
    await members.drop(tx, scan.key, went)
    const moved = scan.edge === 'enters' ? came : went
    const counts = row.baseline === 0 || (scan.edge === 'enters' && scan.includeCurrent)
    const entered = counts ? await letIn(tx, scan, atMs, moved) : 0
    return { ...row, found: row.found + moved.length, entered: row.entered + entered, after_id: end ?? null }
  }

  return (tx: Tx, scan: Scan, row: ScheduleRow, atMs: number): Promise<ScheduleRow> =>
    scan.edge === undefined ? listPage(tx, scan, row, atMs) : lookPage(tx, scan, row, atMs)
}

function without(ids: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others)
  return ids.filter((id) => !known.has(id))
}
