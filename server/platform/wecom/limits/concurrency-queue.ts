import { currentLane } from '../../../core/kernel/call-context.ts'
import { LANES, type Lane, perLane } from '../../../core/kernel/lane.ts'
import { WecomRateLimited } from '../wire/wecom-error.ts'
import type { RateLimits } from './rate-limits.ts'

/** How many of a lane may stand in line per endpoint before the next are sent away. */
const LONGEST_LINE = 64
const SENT_AWAY_MS = 1_000
/** Every so many turns the last lane that waits goes first, so that none waits for ever. */
const LAST_FIRST_EVERY = 8

interface Lines {
  lines: Record<Lane, (() => void)[]>
  turns: number
}

/** Lets calls to one endpoint through as its concurrency allows: a welcome before an event before a campaign. Those
 *  beyond it stand in line for the calls under way, each of which ends within its time-out; nothing sleeps here. */
export function createConcurrencyQueue({ limits, nowMs }: { limits: RateLimits; nowMs: () => number }) {
  const endpoints = new Map<string, Lines>()

  function linesOf(path: string): Lines {
    const known = endpoints.get(path) ?? { lines: perLane(() => []), turns: 0 }
    endpoints.set(path, known)
    return known
  }

  function callNext(path: string): void {
    const endpoint = linesOf(path)
    for (;;) {
      const order = (endpoint.turns + 1) % LAST_FIRST_EVERY === 0 ? LANES.toReversed() : LANES
      const lane = order.find((one) => endpoint.lines[one].length > 0 && limits.enter(path, one, nowMs()))
      if (lane === undefined) return
      endpoint.turns += 1
      endpoint.lines[lane].shift()?.()
    }
  }

  return {
    /** Runs `call` when it is its turn. Throws WecomRateLimited when the line is too long. */
    pass: async <Result>(path: string, call: () => Promise<Result>): Promise<Result> => {
      const lane = currentLane()
      const line = linesOf(path).lines[lane]
      if (line.length > 0 || !limits.enter(path, lane, nowMs())) {
        if (line.length >= LONGEST_LINE) throw new WecomRateLimited(path, SENT_AWAY_MS)
        await new Promise<void>((turn) => line.push(turn))
      }
      try {
        return await call()
      } finally {
        limits.leave(path, lane)
        callNext(path)
      }
    },
  }
}
