import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Outcome } from '../outcome.ts'

export interface SopCliDeps {
  /** The server's database, opened when first asked for: some commands only read files. */
  db(): Db
  /** For commands that go on for long without it. Absent where others use it, too. */
  closeDb?: () => Promise<void>
  /** False where the server never ran: a check of files does without. */
  hasDatabase(): boolean
  clock: Clock
  /** The config folder. */
  folder: string
}

/** One word after `npm run -s sop --`. */
export interface SopCommand {
  /** How to write it, e.g. `versions <SOP>`; its first word is its name. */
  usage: string
  /** What it does, one Chinese line. */
  says: string
  /** `words`: what follows the name. Throws wrong use (see `readWords`). */
  run(words: readonly string[], deps: SopCliDeps): Promise<Outcome>
}
