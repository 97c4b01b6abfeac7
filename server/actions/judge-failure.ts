import { AppError } from '../kernel/app-error.ts'
import { backoffMs } from '../kernel/backoff.ts'
import type { Lane } from './action-kind.ts'

const RETRY_MS: readonly number[] = [2_000, 10_000, 60_000, 300_000, 1_800_000, 7_200_000]
/** A welcome has 20 seconds in all. */
const WELCOME_RETRY_MS: readonly number[] = [1_000]
const MAX_ATTEMPTS = 12
/** A fault of ours does not mend itself; a few tries cover the database's own hiccups. */
const MAX_ATTEMPTS_ON_BUG = 4

export type Verdict =
  | { kind: 'again'; afterMs: number; countsAsAttempt: boolean }
  | { kind: 'over'; state: 'failed' | 'expired' | 'dead'; errcode: number | undefined }

/** What to do with an action whose call failed: the error says whether to retry, this says when and how often. */
export function judgeFailure(
  error: unknown,
  action: { attempts: number; lane: Lane; nowMs: number; expiresAtMs: number | undefined },
): Verdict {
  const errcode = errcodeOf(error)
  const retry = error instanceof AppError ? error.retry : 'later'
  if (retry === 'never') return { kind: 'over', state: 'failed', errcode }
  // Waiting for our own quota is not a failed try.
  const countsAsAttempt = !(error instanceof AppError && error.code === 'wecom.rate-limited')
  const most = error instanceof AppError ? MAX_ATTEMPTS : MAX_ATTEMPTS_ON_BUG
  const expires = action.expiresAtMs ?? Number.POSITIVE_INFINITY
  if (countsAsAttempt && action.attempts >= most && action.lane !== 'welcome')
    return { kind: 'over', state: 'dead', errcode }
  const schedule = action.lane === 'welcome' ? WELCOME_RETRY_MS : RETRY_MS
  const afterMs = retry === 'later' ? backoffMs(schedule, action.attempts) : retry.afterMs
  if (action.nowMs + afterMs >= expires) return { kind: 'over', state: 'expired', errcode }
  return { kind: 'again', afterMs, countsAsAttempt }
}

function errcodeOf(error: unknown): number | undefined {
  if (error instanceof AppError && 'errcode' in error && typeof error.errcode === 'number') return error.errcode
  return undefined
}
