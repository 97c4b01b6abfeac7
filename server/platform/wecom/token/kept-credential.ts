import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '../../../core/kernel/app-error.ts'
import type { Clock } from '../../../core/kernel/clock.ts'
import { errorCode } from '../error-codes/error-codes.ts'
import { WecomError } from '../wire/wecom-error.ts'
import { type Begun, type Credential, type SharedCredential, unshared } from './shared-credential.ts'

export interface FetchedCredential {
  value: string
  expiresInSec: number
}

const REFRESH_EARLY_MS = 5 * 60_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000
/** A wrong secret does not get right by itself, and many wrong tries ban the caller's IP for an hour (doc 90313). */
const REFUSED_PAUSE_MS = 60_000
/** While another process fetches: how often we look whether it is done, and how long at most. */
const LOOK_EVERY_MS = 100
const LOOK_FOR_MS = 12_000
/** While another process refreshes and ours is good still. */
const LOOK_AGAIN_MS = 1_000

/** Keeps one short-lived credential (access token, ticket). However many ask, in however many processes, there is one
 *  fetch at a time; it is refreshed in the background five minutes before it ends, and fetching pauses after failures.
 *  While the shared store is away, the process goes on with what it has, and fetches for itself. */
export function createKeptCredential(deps: {
  fetch: () => Promise<FetchedCredential>
  clock: Clock
  shared?: SharedCredential | undefined
}) {
  const { fetch, clock, shared = unshared } = deps
  let kept: Credential | undefined
  let underWay: Promise<string> | undefined
  let failure: { error: unknown; untilMs: number } | undefined
  let failures = 0
  /** Renewals since a call last went through. */
  let renewals = 0
  let renewedAtMs = 0

  const good = (): Credential | undefined => (kept !== undefined && clock.now() < kept.expiresAtMs ? kept : undefined)

  function keep(credential: Credential): string {
    kept = credential
    failures = 0
    failure = undefined
    return credential.value
  }

  /** Waits while another process fetches; true when it is for us to fetch. */
  async function begin(refused: string | undefined): Promise<Exclude<Begun, { kind: 'taken' }>> {
    const lookUntil = performance.now() + LOOK_FOR_MS
    for (;;) {
      const begun = await shared.begin(refused, clock.now()).catch((): Begun => ({ kind: 'mine' }))
      if (begun.kind !== 'taken') return begun
      const usable = begun.credential
      if (usable !== undefined) {
        return { kind: 'newer', credential: { ...usable, refreshAtMs: clock.now() + LOOK_AGAIN_MS } }
      }
      if (begun.isPause) {
        const error = fetchFailedElsewhere(begun.untilMs - clock.now())
        failure = { error, untilMs: begun.untilMs }
        throw error
      }
      if (performance.now() > lookUntil) throw fetchFailedElsewhere(LOOK_AGAIN_MS)
      await pause(LOOK_EVERY_MS)
    }
  }

  async function load(refused: string | undefined): Promise<string> {
    const begun = await begin(refused)
    if (begun.kind === 'newer') return keep(begun.credential)
    try {
      const askedAtMs = clock.now()
      const { value, expiresInSec } = await fetch()
      const expiresAtMs = askedAtMs + expiresInSec * 1_000
      // WeCom may give the same credential again, near its end: the next try is half of what is left away, not at once.
      const early = Math.min(REFRESH_EARLY_MS, (expiresInSec * 1_000) / 2)
      const fetched = { value, expiresAtMs, refreshAtMs: expiresAtMs - early }
      return keep(await shared.save(fetched, askedAtMs).catch(() => fetched))
    } catch (error) {
      failures += 1
      const refused =
        error instanceof WecomError
          ? errorCode(error.errcode).kind !== 'retry-now'
          : error instanceof AppError && error.retry === 'never'
      failure = { error, untilMs: clock.now() + (refused ? REFUSED_PAUSE_MS : pauseMs(failures)) }
      await shared.pause(failure.untilMs).catch(() => undefined)
      throw error
    }
  }

  function start(refused?: string): Promise<string> {
    if (failure !== undefined && clock.now() < failure.untilMs) return Promise.reject(failure.error)
    underWay ??= load(refused).finally(() => {
      underWay = undefined
    })
    return underWay
  }

  return {
    /** Throws what the fetch threw; during the pause after a failure, that failure again, without a fetch. */
    get: async (): Promise<string> => {
      const mine = good()
      if (mine === undefined) return start()
      // The old one is good for some minutes more: nobody waits, and a failed refresh hurts nobody yet.
      if (clock.now() >= mine.refreshAtMs) start().catch(() => undefined)
      return mine.value
    },
    /** `refused` was not accepted: gives the credential that took its place since, or a new one. Throws
     *  wecom.credential-refused when new ones keep being refused, so that we do not hammer the platform. */
    renew: async (refused: string): Promise<string> => {
      while (underWay !== undefined) {
        const value = await underWay
        // A refresh in the background may have found the same one.
        if (value !== refused) return value
      }
      const mine = good()
      if (mine !== undefined && mine.value !== refused) return mine.value
      const pausedMs = renewals < 2 ? 0 : renewedAtMs + pauseMs(renewals) - clock.now()
      if (pausedMs > 0) throw refusedAgain(pausedMs)
      renewals += 1
      renewedAtMs = clock.now()
      kept = undefined
      return start(refused)
    },
    /** A call with the credential went through. */
    accepted: (): void => {
      renewals = 0
    },
  }
}

export type KeptCredential = ReturnType<typeof createKeptCredential>

const pauseMs = (times: number): number => Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times - 1))

const fetchFailedElsewhere = (afterMs: number): AppError =>
  new AppError('wecom.credential-missing', 'another process tries to fetch the credential, without success so far', {
    retry: { afterMs: Math.max(1, afterMs) },
    status: 502,
    zh: '暂时拿不到企业微信的访问凭证，稍后会自动重试',
  })

const refusedAgain = (afterMs: number): AppError =>
  new AppError('wecom.credential-refused', 'new credentials keep being refused', {
    retry: { afterMs },
    status: 502,
    zh: '企业微信反复拒绝新的访问凭证，请检查是否有别的系统在使用同一个应用的 Secret',
  })
