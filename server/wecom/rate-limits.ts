import { createSlidingWindow, type SlidingWindow } from './sliding-window.ts'

export interface WindowLimit {
  limit: number
  lengthMs: number
}

export interface EndpointLimits {
  /** Calls per stretch of time. */
  windows: readonly WindowLimit[]
  /** Calls under way at once. */
  concurrency: number
  /** How long nothing is sent after a 45009; doubles, up to an hour, while it keeps coming. */
  closedMs: number
}

export interface RateLimitOptions {
  /** Per endpoint; default 10,000. Doc 90454. */
  perMinute?: number
  /** Per endpoint; default 150,000. Doc 90454. */
  perHour?: number
  /** Calls under way at once per endpoint; default 4. The documents give no number; 45033 tells when it is too many. */
  concurrency?: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Concurrency that was cut by 45033 grows back by one in this time. */
const GROW_EVERY_MS = MINUTE_MS

/** Documented limits beyond the general ones, and endpoints that people or the 20 s of a welcome wait for. */
const SPECIAL: Record<string, Partial<EndpointLimits>> = {
  // A welcome is worth nothing after 20 s, so it tries again before a minute's block is surely over.
  '/cgi-bin/externalcontact/send_welcome_msg': { concurrency: 32, closedMs: 5_000 },
  '/cgi-bin/auth/getuserinfo': { concurrency: 32 },
  '/cgi-bin/get_jsapi_ticket': { windows: [{ limit: 400, lengthMs: HOUR_MS }] },
  '/cgi-bin/ticket/get': { windows: [{ limit: 100, lengthMs: HOUR_MS }] },
  '/cgi-bin/media/upload': { windows: [{ limit: 5_000, lengthMs: MINUTE_MS }] },
  '/cgi-bin/media/uploadimg': {
    windows: [
      { limit: 1_000, lengthMs: DAY_MS },
      { limit: 3_000, lengthMs: 30 * DAY_MS },
    ],
  },
}

interface Gate {
  windows: SlidingWindow[]
  most: number
  allowed: number
  shrunkAtMs: number
  underWay: number
  closedMs: number
  closedUntilMs: number
  /** 45009 in a row. */
  blocks: number
}

/** Keeps each endpoint's calls within the documented limits, and learns from refusals. Every endpoint has its own, so
 *  none waits for another's backlog. In memory: after a restart the platform's 45009 is the net. */
export function createRateLimits(options: RateLimitOptions = {}) {
  const general: readonly WindowLimit[] = [
    { limit: options.perMinute ?? 10_000, lengthMs: MINUTE_MS },
    { limit: options.perHour ?? 150_000, lengthMs: HOUR_MS },
  ]
  const gates = new Map<string, Gate>()

  function gateOf(path: string): Gate {
    const known = gates.get(path)
    if (known !== undefined) return known
    const special = SPECIAL[path]
    const most = special?.concurrency ?? options.concurrency ?? 4
    const gate: Gate = {
      windows: [...general, ...(special?.windows ?? [])].map(createSlidingWindow),
      most,
      allowed: most,
      shrunkAtMs: 0,
      underWay: 0,
      closedMs: special?.closedMs ?? MINUTE_MS,
      closedUntilMs: 0,
      blocks: 0,
    }
    gates.set(path, gate)
    return gate
  }

  const growBack = (gate: Gate, nowMs: number): void => {
    while (gate.allowed < gate.most && nowMs - gate.shrunkAtMs >= GROW_EVERY_MS) {
      gate.allowed += 1
      gate.shrunkAtMs += GROW_EVERY_MS
    }
  }

  return {
    /** 0: the call is counted and may go; else the milliseconds until it may be asked again. */
    take: (path: string, nowMs: number): number => {
      const gate = gateOf(path)
      if (nowMs < gate.closedUntilMs) return gate.closedUntilMs - nowMs
      const waitMs = Math.max(0, ...gate.windows.map((window) => window.waitMs(nowMs)))
      if (waitMs === 0) for (const window of gate.windows) window.add(nowMs)
      return waitMs
    },
    /** False while as many calls are under way as are allowed now. */
    enter: (path: string, nowMs: number): boolean => {
      const gate = gateOf(path)
      growBack(gate, nowMs)
      if (gate.underWay >= gate.allowed) return false
      gate.underWay += 1
      return true
    },
    leave: (path: string): void => {
      gateOf(path).underWay -= 1
    },
    /** What the platform said about the call; returns how long the endpoint is closed now. */
    learn: (path: string, errcode: number, nowMs: number): number => {
      const gate = gateOf(path)
      if (errcode === 45009) {
        // Calls that were under way together are refused together: one block, not many.
        if (nowMs >= gate.closedUntilMs) {
          const ms = Math.min(HOUR_MS, gate.closedMs * 2 ** gate.blocks)
          gate.blocks = Math.min(gate.blocks + 1, 10)
          gate.closedUntilMs = nowMs + ms
        }
        return gate.closedUntilMs - nowMs
      }
      gate.blocks = 0
      if (errcode === 45033) {
        gate.allowed = Math.max(1, Math.floor(gate.allowed / 2))
        gate.shrunkAtMs = nowMs
      }
      return 0
    },
  }
}

export type RateLimits = ReturnType<typeof createRateLimits>
