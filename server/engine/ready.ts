import type { Db } from '../core/db/db.ts'
import { describeError } from '../core/kernel/app-error.ts'
import type { Logger } from '../core/kernel/logger.ts'
import { createWorkLoop } from '../core/kernel/work-loop.ts'

export interface ReadyDeps {
  db: Db
  log: Logger
  /** Runs once, after the migrations. */
  prepare: () => Promise<void>
  /** Commits something that was not there before: a full disk lets everything else pass. */
  tryToStore: () => Promise<void>
}

/** Whether the tables can be used. A database that is down at start is waited for, without a restart: callbacks are
 *  answered 5xx meanwhile, and WeCom sends them again. */
export function createReady({ db, log, prepare, tryToStore }: ReadyDeps) {
  let prepared = false
  let lastFault: string | undefined
  let lastError: unknown

  const loop = createWorkLoop(
    async () => {
      if (prepared) return false
      await db.migrate()
      await prepare()
      prepared = true
      lastFault = undefined
      lastError = undefined
      log.info({ dialect: db.dialect }, 'database ready')
      return false
    },
    (error) => {
      const fault = describeError(error)
      // Said once, not every second of an outage.
      if (fault !== lastFault) log.error({ err: fault }, 'database not usable yet; will keep trying')
      lastFault = fault
      lastError = error
    },
  )

  /** Why nothing can be stored, or the last try to get ready failed; undefined: it can, or is not known yet. Never throws. */
  async function storeFault(): Promise<unknown> {
    if (!prepared) return lastError
    try {
      await tryToStore()
      return undefined
    } catch (error) {
      return error ?? new Error('nothing can be stored')
    }
  }

  return {
    /** Tries again, unless ready or trying. */
    nudge: () => {
      if (!prepared) loop.nudge()
    },
    settled: () => loop.drained(),
    isPrepared: () => prepared,
    canStore: async (): Promise<boolean> => prepared && (await storeFault()) === undefined,
    storeFault,
    stop: () => loop.stop(),
  }
}
