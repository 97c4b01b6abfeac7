import type { Db } from './db/db.ts'
import { describeError } from './kernel/app-error.ts'
import type { Logger } from './kernel/logger.ts'
import { createPump } from './kernel/pump.ts'

/** Whether the tables can be used. A database that is down at start is waited for, without a restart: callbacks are
 *  answered 5xx meanwhile, and WeCom sends them again. `prepare` runs once, after the migrations. */
export function createReady({ db, log, prepare }: { db: Db; log: Logger; prepare: () => Promise<void> }) {
  let prepared = false
  let lastFault: string | undefined

  const pump = createPump(
    async () => {
      if (prepared) return false
      await db.migrate()
      await prepare()
      prepared = true
      lastFault = undefined
      log.info({ dialect: db.dialect }, 'database ready')
      return false
    },
    (error) => {
      const fault = describeError(error)
      // Said once, not every second of an outage.
      if (fault !== lastFault) log.error({ err: fault }, 'database not usable yet; will keep trying')
      lastFault = fault
    },
  )

  return {
    /** Tries again, unless ready or trying. */
    nudge: () => {
      if (!prepared) pump.nudge()
    },
    settled: () => pump.drained(),
    isPrepared: () => prepared,
    fault: () => lastFault,
    canStore: async (): Promise<boolean> => {
      if (!prepared) return false
      try {
        await db.tx((tx) => tx.run("UPDATE job_run SET last_at = last_at WHERE name = ''"))
        return true
      } catch {
        return false
      }
    },
    stop: () => pump.stop(),
  }
}
