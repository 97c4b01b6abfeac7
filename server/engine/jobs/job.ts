import type { LeftOut } from '../../core/db/define-table.ts'
import type { InstantRows, RowsDue } from '../../core/db/rows-due.ts'
import type { Tx } from '../../core/db/tx.ts'

/** Work that is due by time. The tick asks every second; a row per job remembers when it is next due, so a restart
 *  forgets nothing and two processes do not both run it. What a job does must be rows with due times, too. */
export interface Job {
  /** Unique, `capability.verb`. */
  name: string
  /** Milliseconds between the end of one run and the next. */
  everyMs: number
  /** What it takes is locked row by row, so every process runs it at once. */
  sideBySide?: true
  /** When the first of its rows is due, UTC milliseconds, perhaps past; undefined: no row waits for a time. A rehearsal
   *  runs the job at its beginning and at each such instant, or leaves it out and says why. */
  dueAt: InstantRows | ((tx: Tx) => Promise<number | undefined>) | LeftOut
  /** The rows it works on, where `dueAt` does not name them. Such a job is run only while one of them is due, which is asked
   *  for all of them in one statement; any other looks for itself, and costs a claim and its end each time. */
  worksOn?: RowsDue
  /** May be cut off by a crash at any line and run again. What takes long asks whether the process is to end, and then ends
   *  where it can be gone on with. */
  run(isStopping?: () => boolean): Promise<void>
}

/** The rows without which a run would find nothing to do; undefined: only a run can tell. */
export const rowsOf = ({ dueAt, worksOn }: Job): RowsDue | undefined =>
  worksOn ?? ('where' in dueAt ? dueAt : undefined)
