import { describeError } from '../core/kernel/app-error.ts'
import type { Logger } from '../core/kernel/logger.ts'
import type { createReady } from './ready.ts'

export interface BeatDeps {
  log: Pick<Logger, 'warn'>
  ready: Pick<ReturnType<typeof createReady>, 'isPrepared' | 'nudge'>
  /** Also while nothing can be worked on. Never throws. */
  watch(): Promise<void>
  /** One second's work. What it throws is logged and tried again at the next beat. */
  work(): Promise<void>
}

/** What the tick calls every second. Never throws. */
export function createBeat({ log, ready, watch, work }: BeatDeps): () => Promise<void> {
  let toldFault: string | undefined
  return async () => {
    await watch()
    if (!ready.isPrepared()) return ready.nudge()
    try {
      await work()
      toldFault = undefined
    } catch (error) {
      const fault = describeError(error)
      // Once per outage, not once per second of it.
      if (fault !== toldFault) log.warn({ err: fault }, 'beat failed; the database may be away')
      toldFault = fault
    }
  }
}
