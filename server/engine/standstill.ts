import type { Logger } from '../core/kernel/logger.ts'

/** Longer than a garbage collection or a busy machine; shorter than any lease. */
const STANDSTILL_MS = 3_000

/** Called at every tick with milliseconds of a clock that only goes forward. Says when this process stood still (frozen, or its
 *  event loop held) for three seconds or more: what it had leased may be another process's since. */
export function createStandstill(log: Pick<Logger, 'warn'>): (nowMs: number) => void {
  let lastMs: number | undefined
  return (nowMs) => {
    const stoodStillMs = lastMs === undefined ? 0 : Math.round(nowMs - lastMs)
    lastMs = nowMs
    if (stoodStillMs >= STANDSTILL_MS)
      log.warn({ stoodStillMs }, 'this process stood still; others may have taken over its work')
  }
}
