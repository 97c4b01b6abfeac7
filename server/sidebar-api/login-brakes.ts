import type { Clock } from '../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../core/kernel/shanghai.ts'
import { type BrakeOptions, createBrake } from '../engine/http/brake.ts'
import type { Login } from './session.ts'

/** An office is one address, and all of it opens the page at nine. */
const BEGUN_PER_ADDRESS = { burst: 60, perSecond: 5 }
/** Together an eighth of the calls that WeCom allows in a minute. What is kept for logins that have been under way for as long
 *  as WeCom's page takes a person is out of reach for a flood that begins and ends its own at once. */
const ASKED_AT_ONCE = { burst: 100, perSecond: 10 }
const ASKED_LATER = { burst: 100, perSecond: 10 }
const A_PERSON_TAKES_MS = SECOND_MS / 2
/** As long as a login may take. */
const REMEMBERED_MS = 5 * MINUTE_MS
const MOST_REMEMBERED = 20_000

/** Asking WeCom who came with a code costs one of the corp's calls, and whoever asks is nobody yet. */
export function createLoginBrakes(clock: Clock, timer: Pick<BrakeOptions, 'nowMs'> = {}) {
  const begun = createBrake({ ...BEGUN_PER_ADDRESS, ...timer })
  const atOnce = createBrake({ ...ASKED_AT_ONCE, ...timer })
  const later = createBrake({ ...ASKED_LATER, ...timer })
  /** Logins that have asked, with the time. */
  const used = new Map<string, number>()

  function isUsed(state: string, now: number): boolean {
    for (const [known, atMs] of used) {
      if (now - atMs < REMEMBERED_MS && used.size < MOST_REMEMBERED) break
      used.delete(known)
    }
    if (used.has(state)) return true
    used.set(state, now)
    return false
  }

  return {
    mayBegin: (address: string): boolean => begun.take(address),
    /** Each login asks once. */
    mayAsk: ({ state, begunAtMs }: Pick<Login, 'state' | 'begunAtMs'>): boolean => {
      const now = clock.now()
      if (isUsed(state, now)) return false
      return now - begunAtMs < A_PERSON_TAKES_MS ? atOnce.take('') : later.take('')
    },
  }
}
export type LoginBrakes = ReturnType<typeof createLoginBrakes>
