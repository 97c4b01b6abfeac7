import { performance } from 'node:perf_hooks'
import cron from 'node-cron'
import type { Logger } from '../core/kernel/logger.ts'
import { createStandstill } from './standstill.ts'

/** Calls `beat` once a second. Only a tick: what is due is in the database. Beats that find the last one still running
 *  are dropped. */
export function startTick(beat: () => Promise<void>, log: Pick<Logger, 'warn'>): { stop(): Promise<void> } {
  let running: Promise<void> | undefined
  const standstill = createStandstill(log)
  const tick = (): void => {
    standstill(performance.now())
    running ??= beat().finally(() => {
      running = undefined
    })
  }
  // Its own warning is one line of coloured text for each second missed, past our log.
  const task = cron.schedule('* * * * * *', tick, { suppressMissedWarning: true })
  return {
    stop: async () => {
      await task.destroy()
      await running
    },
  }
}
