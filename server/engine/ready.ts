import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../core/db/db.ts'
import { codeOf, describeError } from '../core/kernel/app-error.ts'
import type { Logger } from '../core/kernel/logger.ts'
import { createWorkLoop } from '../core/kernel/work-loop.ts'

/** A database that is frozen does not answer at all; whoever asks waits no longer than for one that is gone. */
const ANSWER_WITHIN_MS = 2_000

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
      await db.migrate((news) => log.info(news, 'bringing the tables up to date'))
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
      if (fault !== lastFault) {
        if (codeOf(error) === 'db.migrating-elsewhere') log.info({ err: fault }, 'waiting for the tables')
        else log.error({ err: fault }, 'database not usable yet; will keep trying')
      }
      lastFault = fault
      lastError = error
    },
  )

  /** Why nothing can be stored, or the last try to get ready failed; undefined: it can, or is not known yet. Never throws. */
  async function storeFault(): Promise<unknown> {
    if (!prepared) return lastError
    const late = new AbortController()
    const tooLate = sleep(ANSWER_WITHIN_MS, new Error('the database does not answer'), {
      signal: late.signal,
      ref: false,
    }).catch(() => undefined)
    const asked = tryToStore().then(
      () => undefined,
      (error: unknown) => error ?? new Error('nothing can be stored'),
    )
    return Promise.race([asked, tooLate]).finally(() => late.abort())
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
