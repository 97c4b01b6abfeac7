import { AppError } from '../kernel/app-error.ts'
import type { Clock } from '../kernel/clock.ts'
import { errorCode } from './error-codes.ts'
import { WecomError } from './wecom-error.ts'

export interface FetchedCredential {
  value: string
  expiresInSec: number
}

const REFRESH_EARLY_MS = 5 * 60_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** A wrong secret does not get right by itself, and many wrong tries ban the caller's IP for an hour (doc 90313). */
const REFUSED_PAUSE_MS = 60_000

/** Keeps one short-lived credential (access token, ticket) in memory. However many ask, there is one fetch at a time;
 *  it is refreshed in the background five minutes before it ends, and fetching pauses after failures. */
export function createKeptCredential({ fetch, clock }: { fetch: () => Promise<FetchedCredential>; clock: Clock }) {
  let kept: { value: string; refreshAtMs: number; expiresAtMs: number } | undefined
  let underWay: Promise<string> | undefined
  let failure: { error: unknown; untilMs: number } | undefined
  let failures = 0
  /** Renewals since a call last went through. */
  let renewals = 0
  let renewedAtMs = 0

  async function load(): Promise<string> {
    try {
      const { value, expiresInSec } = await fetch()
      const now = clock.now()
      const expiresAtMs = now + expiresInSec * 1_000
      // WeCom may give the same credential again, near its end: the next try is half of what is left away, not at once.
      const early = Math.min(REFRESH_EARLY_MS, (expiresInSec * 1_000) / 2)
      kept = { value, expiresAtMs, refreshAtMs: expiresAtMs - early }
      failures = 0
      failure = undefined
      return value
    } catch (error) {
      failures += 1
      const refused = error instanceof WecomError && errorCode(error.errcode).kind !== 'transient'
      failure = { error, untilMs: clock.now() + (refused ? REFUSED_PAUSE_MS : pauseMs(failures)) }
      throw error
    }
  }

  function start(): Promise<string> {
    if (failure !== undefined && clock.now() < failure.untilMs) return Promise.reject(failure.error)
    underWay ??= load().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    /** Throws what the fetch threw; during the pause after a failure, that failure again, without a fetch. */
    get: async (): Promise<string> => {
      const now = clock.now()
      if (kept === undefined || now >= kept.expiresAtMs) return start()
      // The old one is good for some minutes more: nobody waits, and a failed refresh hurts nobody yet.
      if (now >= kept.refreshAtMs) start().catch(() => undefined)
      return kept.value
    },
    /** `refused` was not accepted: gives the credential that took its place since, or a new one. Throws
     *  wecom.credential-refused when new ones keep being refused, so that we do not hammer the platform. */
    renew: async (refused: string): Promise<string> => {
      if (underWay !== undefined) return underWay
      if (kept !== undefined && kept.value !== refused && clock.now() < kept.expiresAtMs) return kept.value
      const pausedMs = renewals < 2 ? 0 : renewedAtMs + pauseMs(renewals) - clock.now()
      if (pausedMs > 0) throw refusedAgain(pausedMs)
      renewals += 1
      renewedAtMs = clock.now()
      kept = undefined
      return start()
    },
    /** A call with the credential went through. */
    accepted: (): void => {
      renewals = 0
    },
  }
}

export type KeptCredential = ReturnType<typeof createKeptCredential>

const pauseMs = (times: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times - 1))

const refusedAgain = (afterMs: number): AppError =>
  new AppError('wecom.credential-refused', 'new credentials keep being refused', {
    retry: { afterMs },
    status: 502,
    zh: '企业微信反复拒绝新的访问凭证，请检查是否有别的系统在使用同一个应用的 Secret',
  })
