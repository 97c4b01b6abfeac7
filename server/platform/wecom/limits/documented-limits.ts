import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../core/kernel/shanghai.ts'

export interface WindowLimit {
  limit: number
  lengthMs: number
}

export interface EndpointLimits {
  /** Calls per stretch of time; the minute first. */
  windows: readonly WindowLimit[]
  /** Calls under way at once, by all processes together. */
  concurrency: number
  /** How long nothing is sent after a 45009; doubles, up to an hour, while it keeps coming. */
  closedMs: number
}

export interface RateLimitOptions {
  /** Per endpoint; default 10,000. Doc 90454. */
  perMinute?: number
  /** Per endpoint; default 150,000. Doc 90454. */
  perHour?: number
  /** Calls under way at once per endpoint, by all processes together; default 4. The documents give no number; 45033 tells when it is too many. */
  concurrency?: number
}

/** Documented limits beyond the general ones, and endpoints that people or the 20 s of a welcome wait for. */
const SPECIAL: Record<string, Partial<EndpointLimits>> = {
  // A welcome is worth nothing after 20 s, so it tries again before a minute's block is surely over. At 32 at once the last of
  // 2,000 adds within a second waited for nothing but its turn; how many WeCom bears no document says, 45033 does.
  '/cgi-bin/externalcontact/send_welcome_msg': { concurrency: 128, closedMs: 5_000 },
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
  '/cgi-bin/appchat/create': { windows: [{ limit: 1_000, lengthMs: DAY_MS }] },
  '/cgi-bin/appchat/update': { windows: [{ limit: 1_000, lengthMs: HOUR_MS }] },
  '/cgi-bin/externalcontact/add_moment_task': {
    windows: [
      { limit: 10, lengthMs: MINUTE_MS },
      { limit: 100_000, lengthMs: 30 * DAY_MS },
    ],
  },
}

/** What the documents allow one endpoint, per corp. Where two limits are for the same time, the lower one. Doc 90454. */
export function limitsOf(path: string, options: RateLimitOptions): EndpointLimits {
  const special = SPECIAL[path]
  const windows = new Map([
    [MINUTE_MS, options.perMinute ?? 10_000],
    [HOUR_MS, options.perHour ?? 150_000],
  ])
  for (const { limit, lengthMs } of special?.windows ?? [])
    windows.set(lengthMs, Math.min(limit, windows.get(lengthMs) ?? Number.POSITIVE_INFINITY))
  return {
    windows: [...windows].map(([lengthMs, limit]) => ({ lengthMs, limit })),
    concurrency: special?.concurrency ?? options.concurrency ?? 4,
    closedMs: special?.closedMs ?? MINUTE_MS,
  }
}
