import type { RateLimits } from './rate-limits.ts'
import { WecomRateLimited } from './wecom-error.ts'

/** How many may stand in line per endpoint before the next are sent away. */
const LONGEST_LINE = 64
const SENT_AWAY_MS = 1_000

/** Lets calls to one endpoint through as its concurrency allows. Those beyond it stand in line for the calls under way,
 *  each of which ends within its time-out; nothing sleeps here. */
export function createTurnstile({ limits, nowMs }: { limits: RateLimits; nowMs: () => number }) {
  const lines = new Map<string, (() => void)[]>()

  const callNext = (path: string): void => {
    const line = lines.get(path)
    while (line !== undefined && line.length > 0 && limits.enter(path, nowMs())) line.shift()?.()
  }

  return {
    /** Runs `call` when it is its turn. Throws WecomRateLimited when the line is too long. */
    pass: async <Result>(path: string, call: () => Promise<Result>): Promise<Result> => {
      const line = lines.get(path) ?? []
      lines.set(path, line)
      if (line.length > 0 || !limits.enter(path, nowMs())) {
        if (line.length >= LONGEST_LINE) throw new WecomRateLimited(path, SENT_AWAY_MS)
        await new Promise<void>((turn) => line.push(turn))
      }
      try {
        return await call()
      } finally {
        limits.leave(path)
        callNext(path)
      }
    },
  }
}
