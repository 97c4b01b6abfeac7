import type { LeftOut } from '../../core/db/define-table.ts'
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
  dueAt: ((tx: Tx) => Promise<number | undefined>) | LeftOut
  /** May be cut off by a crash at any line and run again. */
  run(): Promise<void>
}
