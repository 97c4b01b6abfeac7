import type { Db } from '../db/db.ts'
import { isDeadlock } from '../db/deadlock.ts'
import type { Tx } from '../db/tx.ts'
import { describeError } from '../kernel/app-error.ts'
import { backoffMs } from '../kernel/backoff.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Logger } from '../kernel/logger.ts'
import { HOUR_MS, MINUTE_MS } from '../kernel/shanghai.ts'
import type { Proceed } from './proceed.ts'
import { type Entry, entryStore } from './sop-entry.ts'
import type { SopVersions } from './sop-versions.ts'

export interface AdvanceDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  versions: SopVersions
  proceed: Proceed
}

/** Few enough that a welcome hardly waits behind them on SQLite. */
const BATCH = 10
const RETRY_MS = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS]

/** Takes everybody whose wait is over on, in the order in which they became due. The row and its move are one
 *  transaction, so two processes never move the same one, and a crash moves nobody half-way. */
export function createAdvance({ db, clock, log, versions, proceed }: AdvanceDeps) {
  async function move(tx: Tx, entry: Entry): Promise<void> {
    const sop = await versions(tx, entry.sop, entry.version)
    if (sop === undefined) {
      const gone = { name: entry.sop, version: entry.version, title: entry.sop }
      return proceed.end(tx, gone, entry, { state: 'left', why: '这个版本的规则已经找不到了' })
    }
    await proceed.due(tx, sop, entry)
  }

  const step = (): Promise<boolean> =>
    db.tx(async (tx) => {
      const due = await entryStore.takeDue(tx, clock.now(), BATCH)
      for (const entry of due) {
        try {
          await tx.savepoint(() => move(tx, entry))
        } catch (error) {
          if (isDeadlock(error)) throw error
          const fault = describeError(error)
          log.warn({ sop: entry.sop, entryId: entry.id, err: fault }, 'journey could not go on; will be tried again')
          await entryStore.postpone(tx, entry.id, clock.now() + backoffMs(RETRY_MS, entry.attempts + 1), fault)
        }
      }
      return due.length === BATCH
    })

  return async (): Promise<void> => {
    while (await step()) {
      // Until nobody is due.
    }
  }
}
