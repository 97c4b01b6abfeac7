import { LANES, type Lane, perLane } from '../../../core/kernel/lane.ts'
import { DAY_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import type { EndpointAllowance } from './endpoint-allowance.ts'
import { noUse, totalUse } from './lane-shares.ts'
import type { LimitAnswer, LimitEntry } from './shared-limits.ts'

/** So many calls, as a share of the tightest window, go on trust before they are booked: enough that hardly any waits
 *  for the database, few enough that ten processes together stay within what is left free. */
const TRUST = 0.005
/** No trust where less than this is left, or where the last look is older. */
const TRUST_ROOM = 0.1
const TRUST_FOR_MS = 30 * SECOND_MS
/** The most that is booked ahead at once. */
const AHEAD = 0.01

/** One process' part of one endpoint's shared limits: what is booked for it, and what it has used on trust. */
export function createBookedQuota(path: string, allowance: EndpointAllowance) {
  let made = noUse()
  let granted = noUse()
  let bookedAtMs = 0
  let grantEndsMs = 0
  let askedAtMs = Number.NEGATIVE_INFINITY
  let room = noUse()
  let full = noUse()
  const waiting = noUse()
  /** Calls in the second that runs, and in the one before. */
  let second = 0
  let thisSecond = noUse()
  let lastSecond = noUse()

  function tightest(nowMs: number): number {
    return Math.min(...allowance.windowsNow(nowMs).map(({ limit }) => limit))
  }

  /** Nothing on trust where a restart would forget what a day has left. */
  function trust(nowMs: number): number {
    const windows = allowance.windowsNow(nowMs)
    return windows.some(({ lengthMs }) => lengthMs >= DAY_MS) ? 0 : Math.floor(tightest(nowMs) * TRUST)
  }

  function seen(lane: Lane, nowMs: number): void {
    const now = Math.floor(nowMs / SECOND_MS)
    if (now !== second) {
      lastSecond = now === second + 1 ? thisSecond : noUse()
      thisSecond = noUse()
      second = now
    }
    thisSecond[lane] += 1
  }

  return {
    /** True: the call is counted and may go. */
    spend: (lane: Lane, nowMs: number): boolean => {
      const isGranted = granted[lane] > 0 && nowMs < grantEndsMs
      if (!isGranted) {
        const isKnown = nowMs - askedAtMs <= TRUST_FOR_MS
        // A welcome has a share of its own, and no time to ask.
        const isRoom =
          lane === 'welcome' ? !isKnown || room.welcome > 0 : isKnown && room[lane] >= tightest(nowMs) * TRUST_ROOM
        const isTrusted = isRoom && totalUse(made) < trust(nowMs) * (lane === 'welcome' ? 2 : 1)
        if (!isTrusted) return false
        made[lane] += 1
        room[lane] -= 1
      } else granted[lane] -= 1
      seen(lane, nowMs)
      return true
    },
    /** Milliseconds for which all processes together have used up what the lane may; 0 when not so. */
    fullMs: (lane: Lane, nowMs: number): number => Math.max(0, full[lane] - nowMs),
    shouldBook: (nowMs: number): boolean => totalUse(made) * 2 >= Math.max(1, trust(nowMs)),
    hasUnbooked: (nowMs: number): boolean =>
      totalUse(made) > 0 || allowance.hasNews() || (nowMs >= grantEndsMs && totalUse(granted) > 0),
    waitFor: (lane: Lane, change: 1 | -1): void => {
      waiting[lane] += change
    },
    /** What to tell the book. `heard` or `unheard` must follow. */
    entry: (nowMs: number): LimitEntry => {
      const most = Math.max(1, Math.floor(tightest(nowMs) * AHEAD))
      const isSmall = trust(nowMs) === 0
      const wanted = perLane((lane) => {
        if (waiting[lane] === 0) return 0
        return isSmall ? waiting[lane] : Math.max(waiting[lane], Math.min(most, lastSecond[lane]))
      })
      const returned = nowMs >= grantEndsMs && totalUse(granted) > 0 ? { calls: granted, bookedAtMs } : undefined
      if (returned !== undefined) granted = noUse()
      const entry = {
        path,
        windows: allowance.windowsNow(nowMs),
        made,
        wanted,
        ...(returned === undefined ? {} : { returned }),
        ...allowance.takeNews(),
      }
      made = noUse()
      return entry
    },
    heard: (answer: LimitAnswer, nowMs: number): void => {
      allowance.hear(answer)
      askedAtMs = nowMs
      room = { ...answer.room }
      const isSameSecond = nowMs < grantEndsMs
      bookedAtMs = nowMs
      granted = perLane((lane) => answer.granted[lane] + (isSameSecond ? granted[lane] : 0))
      grantEndsMs = (Math.floor(nowMs / SECOND_MS) + 1) * SECOND_MS
      full = perLane((lane) => (answer.room[lane] + answer.granted[lane] > 0 ? 0 : nowMs + answer.waitMs))
    },
    /** The book could not be reached. */
    unheard: ({ made: unbooked, closedUntilMs, allowed, learned }: LimitEntry): void => {
      for (const lane of LANES) made[lane] += unbooked[lane]
      allowance.keepNews({
        ...(closedUntilMs === undefined ? {} : { closedUntilMs }),
        ...(allowed === undefined ? {} : { allowed }),
        ...(learned === undefined ? {} : { learned }),
      })
    },
  }
}

export type BookedQuota = ReturnType<typeof createBookedQuota>
