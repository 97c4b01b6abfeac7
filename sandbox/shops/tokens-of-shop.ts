import type { Clock } from '../../server/core/kernel/clock.ts'
import type { SeededRandom } from '../random.ts'

/** Access tokens of a shop: one is good at a time, for so long. */
export function createShopTokens({ clock, random, lifeSec }: { clock: Clock; random: SeededRandom; lifeSec: number }) {
  let current: { value: string; untilMs: number } | undefined
  let fetched = 0
  return {
    /** A new one, or the same while it is good. */
    fetch: (isForced = false): { value: string; expiresInSec: number } => {
      const now = clock.now()
      if (current === undefined || current.untilMs <= now || isForced) {
        current = { value: `eyJ${random.text(24)}`, untilMs: now + lifeSec * 1_000 }
        fetched += 1
      }
      return { value: current.value, expiresInSec: Math.max(1, Math.floor((current.untilMs - now) / 1_000)) }
    },
    isGood: (value: string | undefined): boolean =>
      current !== undefined && current.value === value && current.untilMs > clock.now(),
    expire: (): void => {
      current = undefined
    },
    fetched: (): number => fetched,
  }
}
