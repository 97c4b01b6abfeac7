import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'

/** More are forgotten before the minute is over, and asked for again. */
const MOST = 20_000

/** What this process knows of the running minute, so that an address that is opened by thousands at once is looked up and written
 *  down once. Only ever spares a question: whoever finds nothing here asks the database. */
export function createMinute<Way>(clock: Clock) {
  let at = -1
  const ways = new Map<string, Way>()
  const keys = new Set<string>()
  const fresh = (): void => {
    const now = Math.floor(clock.now() / MINUTE_MS)
    if (now === at && ways.size < MOST && keys.size < MOST) return
    at = now
    ways.clear()
    keys.clear()
  }
  return {
    wayOf: (code: string): Way | undefined => {
      fresh()
      return ways.get(code)
    },
    keep: (code: string, way: Way): void => {
      fresh()
      ways.set(code, way)
    },
    /** That it was written, or need not be. */
    has: (key: string): boolean => {
      fresh()
      return keys.has(key)
    },
    add: (key: string): void => {
      fresh()
      keys.add(key)
    },
  }
}
