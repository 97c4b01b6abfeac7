import type { TimelineEntry } from '../../../server/sidebar-api/contract.ts'

/** What people did, one by one; what rules did in a row, as one line. */
export type Row = { kind: 'entry'; entry: TimelineEntry } | { kind: 'rules'; id: number; entries: TimelineEntry[] }

/** A single decision is as short as the line that would hide it. */
const FEWEST = 2

export function foldRules(entries: readonly TimelineEntry[]): Row[] {
  const rows: Row[] = []
  let run: TimelineEntry[] = []
  const close = (): void => {
    // By its oldest entry: newer ones come, and what was opened stays open.
    const oldest = run.at(-1)
    if (oldest !== undefined && run.length >= FEWEST) rows.push({ kind: 'rules', id: oldest.id, entries: run })
    else rows.push(...run.map((entry): Row => ({ kind: 'entry', entry })))
    run = []
  }
  for (const entry of entries) {
    if (entry.isRule) {
      run.push(entry)
      continue
    }
    close()
    rows.push({ kind: 'entry', entry })
  }
  close()
  return rows
}
