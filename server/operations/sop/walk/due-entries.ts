import type { Db } from '../../../core/db/db.ts'
import { isDeadlock } from '../../../core/db/deadlock.ts'
import type { Tx } from '../../../core/db/tx.ts'
import { describeError } from '../../../core/kernel/app-error.ts'
import { backoffMs } from '../../../core/kernel/backoff.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import type { Logger } from '../../../core/kernel/logger.ts'
import { HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import type { Walk } from './walk.ts'

export interface DueEntriesDeps {
  db: Db
  clock: Clock
  log: Pick<Logger, 'warn'>
  versions: SopVersions
  walk: Walk
}

/** On SQLite few enough that a welcome hardly waits behind them. */
const BATCH = { sqlite: 50, mysql: 200 }
const RETRY_MS = [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS]

/** Takes everybody whose wait is over on, in the order in which they became due. The rows and their move are one
 *  transaction, so two processes never move the same one, and a crash moves nobody half-way. */
export function createWalkDueEntries({ db, clock, log, versions, walk }: DueEntriesDeps) {
  async function move(tx: Tx, entries: Entry[]): Promise<void> {
    const [first] = entries
    if (first === undefined) return
    const sop = await versions(tx, first.sop, first.version)
    if (sop !== undefined) return walk.due(tx, sop, entries)
    const gone = { name: first.sop, version: first.version, title: first.sop }
    for (const entry of entries) {
      await walk.end(tx, gone, entry, { state: 'left', why: '这个版本的规则已经找不到了' })
    }
  }

  /** All together; when that fails each alone, so that one customer's fault is not everybody's. */
  async function tryMove(tx: Tx, entries: Entry[]): Promise<void> {
    try {
      await tx.savepoint(() => move(tx, entries))
    } catch (error) {
      if (isDeadlock(error)) throw error
      const [only, ...others] = entries
      if (only === undefined) return
      if (others.length > 0) {
        for (const entry of entries) await tryMove(tx, [entry])
        return
      }
      const fault = describeError(error)
      log.warn({ sop: only.sop, entryId: only.id, err: fault }, 'journey could not go on; will be tried again')
      await entryStore.postpone(tx, only.id, clock.now() + backoffMs(RETRY_MS, only.attempts + 1), fault)
    }
  }

  const step = (): Promise<boolean> =>
    db.tx(async (tx) => {
      const due = await entryStore.takeDue(tx, clock.now(), BATCH[db.dialect])
      for (const [index, entries] of [...groupBy(due, (entry) => `${entry.sop}@${entry.version}`).values()].entries()) {
        // Those who moved before may have ended them, by a start or a leave.
        const active = index === 0 ? undefined : await entryStore.stillActive(tx, idsOf(entries))
        await tryMove(tx, active === undefined ? entries : entries.filter((entry) => active.has(entry.id)))
      }
      return due.length === BATCH[db.dialect]
    })

  return async (): Promise<void> => {
    while (await step()) {
      // Until nobody is due.
    }
  }
}

const idsOf = (entries: readonly Entry[]): number[] => entries.map((entry) => entry.id)
